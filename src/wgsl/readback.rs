//! Reading a buffer back: only when someone asks, and never blocking the browser.

use super::Gpu;
use crate::error::{Error, ErrorKind, Result};

/// Copies `size_bytes` (a multiple of four) from `offset_bytes` of `source` and waits for them.
pub async fn read(gpu: &Gpu, source: &wgpu::Buffer, offset_bytes: u64, size_bytes: u64) -> Result<Vec<u8>> {
    let staging = staging_buffer(gpu, size_bytes);
    let mut encoder =
        gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("readback") });
    encoder.copy_buffer_to_buffer(source, offset_bytes, &staging, 0, size_bytes);
    gpu.queue.submit([encoder.finish()]);
    map(gpu, &staging).await
}

/// A buffer that commands can copy into and [`map`] can read.
pub fn staging_buffer(gpu: &Gpu, size_bytes: u64) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("staging"),
        size: size_bytes,
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    })
}

/// Waits for the submitted copies into `staging` and returns its bytes.
pub async fn map(gpu: &Gpu, staging: &wgpu::Buffer) -> Result<Vec<u8>> {
    let (sender, receiver) = futures_channel::oneshot::channel();
    staging.map_async(wgpu::MapMode::Read, .., move |result| {
        // The receiver is gone only if the caller stopped waiting.
        let _ = sender.send(result);
    });
    gpu.poll();
    let lost = || {
        Error::new(
            ErrorKind::DeviceLost,
            "the graphics device went away while its results were read; reload the page",
        )
    };
    receiver.await.map_err(|_| lost())?.map_err(|e| lost().with_source(e))?;
    let bytes = staging.get_mapped_range(..).map_err(|e| lost().with_source(e))?.to_vec();
    gpu.count_read_back(bytes.len() as u64);
    staging.unmap();
    gpu.check()?;
    Ok(bytes)
}
