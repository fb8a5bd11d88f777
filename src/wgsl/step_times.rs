//! What each step of a plan takes on the GPU, by timestamps that the GPU itself writes around it.

use super::{Executor, Gpu, stopwatch};
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
        let queries = stopwatch::queries(gpu, count);
        let resolved = stopwatch::resolved(gpu, count);
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
        Ok(Some(stopwatch::milliseconds(gpu, &resolved).await?))
    }
}
