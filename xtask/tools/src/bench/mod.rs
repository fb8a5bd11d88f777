//! `cargo xtask bench --native`: networks on this machine's GPU, against the least time the device could take.

mod floor;
mod peak;
mod steps;

use std::time::Instant;

use anyhow::Result;
use lexopt::prelude::*;
use segscope::wgsl::{Executor, Gpu, Network, Pipelines};

use crate::activations::Numbers;
use crate::bench_models::model;
use floor::floor;

/// Frames in flight at once where only their number counts.
const BURST: u32 = 8;

struct Options {
    models: Vec<String>,
    sizes: Vec<usize>,
    rounds: usize,
    numbers: Numbers,
    json: bool,
    /// A table of the steps of each model instead.
    steps: bool,
}

impl Options {
    fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let models = ["people", "lraspp_mobilenet_v3_large", "unet_mobilenet_v2", "unet_resnet18"];
        let mut options = Self {
            models: models.map(str::to_owned).to_vec(),
            sizes: vec![256, 512, 1024],
            rounds: 11,
            numbers: Numbers::F32,
            json: false,
            steps: false,
        };
        while let Some(arg) = args.next()? {
            match arg {
                Long("models") => {
                    options.models = args.value()?.string()?.split(',').map(str::to_owned).collect();
                }
                Long("sizes") => {
                    let sizes = args.value()?.string()?;
                    options.sizes = sizes.split(',').map(str::parse).collect::<Result<_, _>>()?;
                }
                Long("rounds") => options.rounds = args.value()?.parse::<usize>()?.max(1),
                Long("activations") => options.numbers = Numbers::parse(&args.value()?.string()?)?,
                Long("json") => options.json = true,
                Long("steps") => options.steps = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

pub fn run(args: lexopt::Parser) -> Result<()> {
    let options = Options::parse(args)?;
    let gpu = pollster::block_on(Gpu::new(options.numbers.in_memory()))?;
    options.numbers.check(&gpu)?;
    let info = gpu.adapter.get_info();
    if options.steps {
        for name in &options.models {
            for &size in &options.sizes {
                steps::print(&gpu, model(name)?, size, options.rounds, options.numbers)?;
            }
        }
        return Ok(());
    }
    let peak = peak::measure(&gpu)?;
    let (gb_per_s, gflops) = (peak.bytes_per_s / 1e9, peak.flops / 1e9);
    println!(
        "{} ({:?}, {}), {}: {gb_per_s:.1} GB/s, {gflops:.0} GFLOP/s, both measured\n",
        info.name,
        info.backend,
        info.driver_info,
        options.numbers.name()
    );
    println!("| model | size | frame ms | of several ms | GFLOP | MB | floor ms | times the floor |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for name in &options.models {
        let model = model(name)?;
        let ranges = options.numbers.ranges(&model.info)?;
        let network = Network::new(&gpu, model.graph, &model.weights, ranges)?;
        options.numbers.check_format(Some(network.format()))?;
        for &size in &options.sizes {
            let executor = Executor::new(&gpu, &mut Pipelines::new(&gpu), &network, [size; 2], &[])?;
            let alone = median(options.rounds, || frames(&gpu, &executor, 1))?;
            let together = median(options.rounds, || frames(&gpu, &executor, BURST))?;
            let floor = floor(&network.graph, &executor.plan, network.format(), gpu.activations, &peak);
            let ratio = together / floor.ms;
            println!(
                "| {name} | {size} | {alone:.3} | {together:.3} | {:.2} | {:.1} | {:.3} | {ratio:.1} |",
                floor.flops / 1e9,
                floor.bytes / 1e6,
                floor.ms
            );
            rows.push(serde_json::json!({
                "engine": "segscope", "backend": "wgsl, native", "activations": options.numbers.name(), "model": name, "size": size, "steady_ms": alone,
                "burst_ms": together, "floor_ms": floor.ms, "times_floor": ratio, "n": options.rounds,
            }));
        }
    }
    println!(
        "\nA frame: submitted and waited for; of several: one of {BURST} submitted at once, which hides the wait. Floor: each step at \
         the device's bandwidth or rate in f32, whichever is slower; activations as they lie in memory."
    );
    if options.json {
        let peak = serde_json::json!({ "gb_per_s": gb_per_s, "gflop_per_s": gflops });
        println!("{}", serde_json::json!({ "adapter": info.name, "peak": peak, "rows": rows }));
    }
    Ok(())
}

/// Milliseconds of one of `count` frames that are submitted together.
fn frames(gpu: &Gpu, executor: &Executor, count: u32) -> Result<f64> {
    let start = Instant::now();
    (0..count).for_each(|_| executor.submit(gpu));
    pollster::block_on(gpu.finished())?;
    Ok(start.elapsed().as_secs_f64() * 1e3 / f64::from(count))
}

/// Of as many measurements, after one that does not count.
fn median(count: usize, mut measure: impl FnMut() -> Result<f64>) -> Result<f64> {
    measure()?;
    let mut times = (0..count).map(|_| measure()).collect::<Result<Vec<_>>>()?;
    times.sort_by(f64::total_cmp);
    Ok(times[count / 2])
}
