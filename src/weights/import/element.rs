//! The number types of checkpoints.

use half::{bf16, f16};

/// The type of a storage's numbers, little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    I8,
    U8,
}

impl Element {
    pub fn size_bytes(self) -> usize {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::I8 | Self::U8 => 1,
        }
    }

    /// One number from exactly [`Self::size_bytes`] bytes, rounded to f32.
    pub fn read(self, bytes: &[u8]) -> f32 {
        fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
            bytes.try_into().expect("the caller cuts bytes by the element's size")
        }
        match self {
            Self::F64 => f64::from_le_bytes(array(bytes)) as f32,
            Self::F32 => f32::from_le_bytes(array(bytes)),
            Self::F16 => f16::from_le_bytes(array(bytes)).to_f32(),
            Self::Bf16 => bf16::from_le_bytes(array(bytes)).to_f32(),
            Self::I64 => i64::from_le_bytes(array(bytes)) as f32,
            Self::I32 => i32::from_le_bytes(array(bytes)) as f32,
            Self::I16 => i16::from_le_bytes(array(bytes)).into(),
            Self::I8 => i8::from_le_bytes(array(bytes)).into(),
            Self::U8 => bytes[0].into(),
        }
    }
}
