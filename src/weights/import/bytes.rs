//! A position in a checkpoint's bytes that cannot run past their end.

use crate::error::{Error, ErrorKind, Result};

#[derive(Clone, Debug)]
pub struct Bytes<'a> {
    all: &'a [u8],
    position: usize,
}

impl<'a> Bytes<'a> {
    pub fn new(all: &'a [u8]) -> Self {
        Self { all, position: 0 }
    }

    pub fn position(&self) -> usize {
        self.position
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        &self.all[self.position..]
    }

    /// The next `size` bytes. Errors: `model-truncated`, here and below.
    pub fn take(&mut self, size: u64) -> Result<&'a [u8]> {
        let taken =
            usize::try_from(size).ok().and_then(|size| self.rest().get(..size)).ok_or_else(truncated)?;
        self.position += taken.len();
        Ok(taken)
    }

    /// Text up to the next line feed, which is skipped.
    pub fn line(&mut self) -> Result<&'a str> {
        let length = self.rest().iter().position(|&b| b == b'\n').ok_or_else(truncated)?;
        let line = self.take(length as u64)?;
        self.position += 1;
        std::str::from_utf8(line).map_err(|_| super::damaged("a name is not text"))
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    pub fn u16(&mut self) -> Result<u16> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub fn u32(&mut self) -> Result<u32> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub fn u64(&mut self) -> Result<u64> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.take(N as u64)?;
        Ok(bytes.try_into().expect("take gives as many bytes as were asked for"))
    }
}

fn truncated() -> Error {
    Error::new(ErrorKind::ModelTruncated, "the checkpoint ends in the middle; download or copy it again")
}
