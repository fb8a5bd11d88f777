//! Class ids and areas at the picture's own size, in bands of bounded memory.

use bytemuck::{Pod, Zeroable};

use super::pipelines::{Program, buffer};
use super::{Gpu, readback, shaders};
use crate::error::Result;
use crate::view::Mask;

/// Keep in sync with `MaskUniforms` in mask.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct MaskUniforms {
    pub first: u32,
    pub count: u32,
}

/// Pixels a band: 8 MB of ids, and half of what one dispatch dimension can launch.
const BAND: u32 = 1 << 23;

/// The `mask` pipeline, made once a device.
pub struct MaskPipeline(Program);

impl MaskPipeline {
    pub fn new(gpu: &Gpu) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let types = [
            Uniform,
            Storage { read_only: true },
            Uniform,
            Storage { read_only: false },
            Storage { read_only: false },
        ]
        .map(buffer);
        Self(Program::new(gpu, "mask", &shaders::mask(gpu.activations), &types))
    }

    /// Classifies every pixel of a picture of `[width, height]`; `with_ids` also reads the ids back.
    pub async fn run(
        &self,
        gpu: &Gpu,
        scores: &wgpu::Buffer,
        values: &wgpu::Buffer,
        [width, height]: [u32; 2],
        with_ids: bool,
    ) -> Result<Mask> {
        let pixels = width * height;
        let band = pixels.min(BAND);
        let ids_buffer = gpu.storage_buffer("mask", u64::from(band.next_multiple_of(4)))?;
        let counts = gpu.storage_buffer("class counts", 256 * 4)?;
        let uniforms = gpu.uniform_buffer("mask", size_of::<MaskUniforms>() as u64);
        let resources = vec![
            scores.as_entire_binding(),
            values.as_entire_binding(),
            uniforms.as_entire_binding(),
            ids_buffer.as_entire_binding(),
            counts.as_entire_binding(),
        ];
        let bind_group = self.0.bind(gpu, resources);
        let mut ids = Vec::new();
        let mut first = 0;
        while first < pixels {
            let count = band.min(pixels - first);
            gpu.queue.write_buffer(&uniforms, 0, bytemuck::bytes_of(&MaskUniforms { first, count }));
            self.0.submit(gpu, &bind_group, [count.div_ceil(256), 1]);
            if with_ids {
                let bytes = readback::read(gpu, &ids_buffer, 0, u64::from(count.next_multiple_of(4))).await?;
                ids.extend_from_slice(&bytes[..count as usize]);
            }
            first += count;
        }
        let counts = readback::read(gpu, &counts, 0, 256 * 4).await?;
        Ok(Mask { counts: bytemuck::pod_collect_to_vec(&counts), ids })
    }
}
