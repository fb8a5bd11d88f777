//! In what numbers activations lie in graphics memory.

use half::f16;

/// Kernels compute in f32 from either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activations {
    F32,
    /// Half the memory and half the traffic; needs `shader-f16`.
    F16,
}

impl Activations {
    /// Bytes of four channels of a pixel.
    pub fn vector_bytes(self) -> u64 {
        match self {
            Self::F32 => 16,
            Self::F16 => 8,
        }
    }

    /// What a module that touches activations begins with.
    pub(super) fn head(self) -> &'static str {
        match self {
            Self::F32 => shader!("vectors_f32"),
            Self::F16 => shader!("vectors_f16"),
        }
    }

    /// `values` as bytes of graphics memory.
    pub fn encoded(self, values: &[[f32; 4]]) -> Vec<u8> {
        match self {
            Self::F32 => bytemuck::cast_slice(values).to_vec(),
            Self::F16 => {
                values.iter().flatten().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect()
            }
        }
    }

    /// Bytes of graphics memory as values.
    pub(super) fn decoded(self, bytes: &[u8]) -> Vec<[f32; 4]> {
        match self {
            Self::F32 => bytemuck::pod_collect_to_vec(bytes),
            Self::F16 => {
                let (vectors, _) = bytes.as_chunks::<8>();
                let value = |vector: &[u8; 8], lane: usize| {
                    f16::from_le_bytes([vector[2 * lane], vector[2 * lane + 1]]).to_f32()
                };
                vectors.iter().map(|vector| [0, 1, 2, 3].map(|lane| value(vector, lane))).collect()
            }
        }
    }
}
