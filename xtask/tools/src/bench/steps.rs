//! `cargo xtask bench --native --steps`: what each step of a plan takes, on the GPU and on one thread of the processor.

use crate::activations::Numbers;
use anyhow::Result;
use segscope::graph::random::random_picture;
use segscope::plan::{Plan, StepOp};
use segscope::simd;
use segscope::weights::Model;
use segscope::wgsl::{Executor, Gpu, Network, Pipelines};

pub fn print(gpu: &Gpu, model: Model, size: usize, rounds: usize, numbers: Numbers) -> Result<()> {
    let on_cpu = simd::Network::new(model.graph.clone(), &model.weights)?;
    let on_gpu = Network::new(gpu, model.graph, &model.weights, numbers.ranges(&model.info)?)?;
    numbers.check_format(Some(on_gpu.format()))?;
    let cpu = simd::Executor::new(&on_cpu, [size; 2], &[])?;
    let executor = Executor::new(gpu, &mut Pipelines::new(gpu), &on_gpu, [size; 2], &[])?;
    let input = random_picture(cpu.plan.shapes[0]);
    cpu.write_input(&input);
    executor.write_input(gpu, &input);
    let cpu_ms = best(rounds, || Ok(cpu.step_times(&on_cpu)))?;
    let has_timestamps = pollster::block_on(executor.step_times(gpu))?.is_some();
    let gpu_ms = match has_timestamps {
        true => best(rounds, || {
            Ok(pollster::block_on(executor.step_times(gpu))?.expect("the adapter has timestamps"))
        })?,
        false => vec![f64::NAN; cpu_ms.len()],
    };
    let threads = simd::threads::count();
    println!(
        "\n{} at {size}x{size}, best of {rounds}, ms, threads of the processor: {threads}\n",
        model.info.id
    );
    println!("| step | operation | output | GPU | processor |\n|---|---|---|---|---|");
    for ((step, gpu_ms), cpu_ms) in cpu.plan.steps.iter().zip(&gpu_ms).zip(&cpu_ms) {
        let [_, c, h, w] = cpu.plan.shapes[step.output];
        let name = &on_cpu.graph.node(step.output).name;
        println!(
            "| {name} | {} | {c}x{h}x{w} | {gpu_ms:.3} | {cpu_ms:.3} |",
            operation(&cpu.plan, &step.op, step.inputs[0])
        );
    }
    println!("| sum | | | {:.3} | {:.3} |", gpu_ms.iter().sum::<f64>(), cpu_ms.iter().sum::<f64>());
    Ok(())
}

/// Of each step the least of several times: what else the machine did only adds.
fn best(rounds: usize, mut times: impl FnMut() -> Result<Vec<f64>>) -> Result<Vec<f64>> {
    let mut least = times()?;
    for _ in 1..rounds {
        least = least.iter().zip(times()?).map(|(a, b)| a.min(b)).collect();
    }
    Ok(least)
}

fn operation(plan: &Plan, op: &StepOp, input: usize) -> String {
    match op {
        StepOp::Conv { conv, kernel, .. } => {
            let [kh, kw] = conv.kernel;
            let [_, channels, ..] = plan.shapes[input];
            format!("{kernel:?} {kh}x{kw} from {channels}, {} groups, stride {}", conv.groups, conv.stride[0])
        }
        StepOp::MaxPool(_) => "max pool".into(),
        StepOp::AvgPool(_) => "average pool".into(),
        StepOp::MaxUnpool(_) => "max unpool".into(),
        StepOp::AdaptiveAvgPool => "adaptive average pool".into(),
        StepOp::SqueezeExcite { layers } => format!("squeeze and excite, {} layers", layers.len()),
        StepOp::Resize { .. } => "resize".into(),
        StepOp::Elementwise { .. } => "elementwise".into(),
        StepOp::Gather { .. } => "gather".into(),
        StepOp::Normalise { sets, .. } => format!("normalise {sets:?}"),
        StepOp::Attention { heads } => format!("attention, {heads} heads"),
    }
}
