//! What each step of a plan takes on the GPU, by timestamps that the GPU itself writes around it.

use super::{Executor, Gpu, readback};
use crate::error::Result;

impl Executor {
    /// Runs the network once, each step in a pass of its own, and returns the milliseconds of each; none if the adapter has no
    /// timestamp queries. Browsers round them to 0.1 ms.
    ///
    /// Errors: `device-lost`.
    pub async fn step_times(&self, gpu: &Gpu) -> Result<Option<Vec<f64>>> {
        if !gpu.device.features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            return Ok(None);
        }
        let count = 2 * self.launches.len() as u32;
        let queries = gpu.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("step times"),
            ty: wgpu::QueryType::Timestamp,
            count,
        });
        let size = u64::from(count) * 8;
        let resolved = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("step times"),
            size,
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("step times") });
        for (step, launch) in (0u32..).zip(&self.launches) {
            let timestamps = wgpu::ComputePassTimestampWrites {
                query_set: &queries,
                beginning_of_pass_write_index: Some(2 * step),
                end_of_pass_write_index: Some(2 * step + 1),
            };
            let descriptor =
                wgpu::ComputePassDescriptor { label: Some("step"), timestamp_writes: Some(timestamps) };
            launch.record(&mut encoder.begin_compute_pass(&descriptor));
        }
        encoder.resolve_query_set(&queries, 0..count, &resolved, 0);
        gpu.queue.submit([encoder.finish()]);
        let bytes = readback::read(gpu, &resolved, 0, size).await?;
        let ticks: &[[u64; 2]] = bytemuck::cast_slice(&bytes);
        let ms_per_tick = f64::from(gpu.queue.get_timestamp_period()) * 1e-6;
        Ok(Some(ticks.iter().map(|[start, end]| end.saturating_sub(*start) as f64 * ms_per_tick).collect()))
    }
}
