//! What the device can do at best, measured with the two smallest kernels that show it.

use std::time::Instant;

use anyhow::Result;
use segscope::wgsl::Gpu;

/// Bytes and operations a second.
pub struct Peak {
    pub bytes_per_s: f64,
    pub flops: f64,
}

/// Enough to leave every cache behind, where the adapter binds as much.
const BUFFER_BYTES: u64 = 256 << 20;
const COPY_WORKGROUPS: u32 = 16_384;
/// Invocations of the arithmetic kernel: enough for the largest GPUs.
const INVOCATIONS: u32 = 1 << 18;
const WORKGROUP: u32 = 256;
/// Of one invocation and turn of `multiply_add.wgsl`.
const OPERATIONS: f64 = 64.0;
/// A run as short as this tells more of the submission than of the kernel.
const LONG_ENOUGH_S: f64 = 0.02;
const RUNS: usize = 5;

pub fn measure(gpu: &Gpu) -> Result<Peak> {
    Ok(Peak { bytes_per_s: bandwidth(gpu)?, flops: arithmetic(gpu)? })
}

/// Bytes read and written.
fn bandwidth(gpu: &Gpu) -> Result<f64> {
    let limits = gpu.device.limits();
    let size = BUFFER_BYTES.min(limits.max_storage_buffer_binding_size).min(limits.max_buffer_size / 2);
    let (from, to) = (gpu.storage_buffer("copy from", size)?, gpu.storage_buffer("copy to", size)?);
    let kernel = Kernel::new(gpu, include_str!("copy.wgsl"), &[], [&from, &to]);
    Ok(2.0 * size as f64 / kernel.fastest(gpu, COPY_WORKGROUPS, RUNS)?)
}

fn arithmetic(gpu: &Gpu) -> Result<f64> {
    let input = gpu.storage_buffer("numbers", 64 * 16)?;
    let output = gpu.storage_buffer("sums", u64::from(INVOCATIONS) * 16)?;
    let mut turns = 16.0;
    loop {
        let constants = [("turns", turns)];
        let kernel = Kernel::new(gpu, include_str!("multiply_add.wgsl"), &constants, [&input, &output]);
        let seconds = kernel.fastest(gpu, INVOCATIONS / WORKGROUP, RUNS)?;
        if seconds > LONG_ENOUGH_S {
            return Ok(f64::from(INVOCATIONS) * turns * OPERATIONS / seconds);
        }
        turns *= 4.0;
    }
}

struct Kernel {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
}

impl Kernel {
    fn new(gpu: &Gpu, source: &str, constants: &[(&str, f64)], buffers: [&wgpu::Buffer; 2]) -> Self {
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions { constants, ..Default::default() },
            cache: None,
        });
        let entries: Vec<_> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        Self { pipeline, bind_group }
    }

    /// Seconds of the fastest of several runs, after one that does not count.
    fn fastest(&self, gpu: &Gpu, workgroups: u32, runs: usize) -> Result<f64> {
        let mut fastest = f64::INFINITY;
        for run in 0..=runs {
            let start = Instant::now();
            let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                pass.set_pipeline(&self.pipeline);
                pass.set_bind_group(0, &self.bind_group, &[]);
                pass.dispatch_workgroups(workgroups, 1, 1);
            }
            gpu.queue.submit([encoder.finish()]);
            pollster::block_on(gpu.finished())?;
            if run > 0 {
                fastest = fastest.min(start.elapsed().as_secs_f64());
            }
        }
        Ok(fastest)
    }
}
