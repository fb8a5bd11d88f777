//! What the GPU needs for the network, by timestamps that it writes itself.

use super::{Executor, Gpu, readback};
use crate::error::Result;

/// Two timestamps, which stay on the GPU until somebody asks.
pub(super) struct Stopwatch {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
}

impl Stopwatch {
    /// None if the adapter has no timestamp queries.
    pub fn new(gpu: &Gpu) -> Option<Self> {
        let has_queries = gpu.device.features().contains(wgpu::Features::TIMESTAMP_QUERY);
        has_queries.then(|| Self { queries: queries(gpu, 2), resolved: resolved(gpu, 2) })
    }

    /// For the pass that is the first, or the last, or both.
    pub fn writes(&self, is_first: bool, is_last: bool) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        (is_first || is_last).then(|| wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: is_first.then_some(0),
            end_of_pass_write_index: is_last.then_some(1),
        })
    }

    /// After the last pass.
    pub fn resolve(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.resolve_query_set(&self.queries, 0..2, &self.resolved, 0);
    }
}

impl Executor {
    /// What the last run took on the GPU, from its first step to its last, in milliseconds; none if the adapter has no timestamp
    /// queries. Browsers round them to 0.1 ms.
    ///
    /// Errors: `device-lost`.
    pub async fn gpu_ms(&self, gpu: &Gpu) -> Result<Option<f64>> {
        let Some(stopwatch) = &self.stopwatch else { return Ok(None) };
        Ok(Some(milliseconds(gpu, &stopwatch.resolved).await?.iter().sum()))
    }
}

/// Room for `count` timestamps.
pub(super) fn queries(gpu: &Gpu, count: u32) -> wgpu::QuerySet {
    let descriptor =
        wgpu::QuerySetDescriptor { label: Some("timestamps"), ty: wgpu::QueryType::Timestamp, count };
    gpu.device.create_query_set(&descriptor)
}

/// Where `count` timestamps can be read.
pub(super) fn resolved(gpu: &Gpu, count: u32) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("timestamps"),
        size: u64::from(count) * 8,
        usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}

/// Between each pair of timestamps.
pub(super) async fn milliseconds(gpu: &Gpu, resolved: &wgpu::Buffer) -> Result<Vec<f64>> {
    let bytes = readback::read(gpu, resolved, 0, resolved.size()).await?;
    let ticks: Vec<[u64; 2]> = bytemuck::pod_collect_to_vec(&bytes);
    let ms_per_tick = f64::from(gpu.queue.get_timestamp_period()) * 1e-6;
    Ok(ticks.iter().map(|[start, end]| end.saturating_sub(*start) as f64 * ms_per_tick).collect())
}
