//! The CPU executor gives the same numbers, to the last bit, however many threads share the work.

mod common;

use std::rc::Rc;
use std::sync::{Arc, Mutex};

use common::{golden_ops, light_networks, sides_for};
use segscope::graph::random::{random_picture, random_weights, uniform};
use segscope::graph::{Conv2d, Graph, GraphBuilder, passes};
use segscope::session::{Cpu, CpuScreen, Session};
use segscope::simd::{Executor, Network};
use segscope::weights::quantise::quantise;
use segscope::weights::{Precision, QuantisedWeights};

/// What `work` gives on one thread and on others: counts that do and do not divide sizes.
fn on_threads<T: Send>(work: impl Fn() -> T + Send + Sync) -> Vec<(usize, T)> {
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        (threads, pool.install(&work))
    };
    [1, 2, 3, 8].map(on).into()
}

/// As bits, so that NaN would equal itself.
fn run(graph: &Graph, weights: &QuantisedWeights, input: &[f32], size: [usize; 2]) -> Vec<u32> {
    let network = Network::new(graph.clone(), weights).unwrap();
    let executor = Executor::new(&network, size, &[graph.output]).unwrap();
    executor.write_input(input);
    executor.run(&network);
    executor.read(graph.output).unwrap().data.iter().map(|value| value.to_bits()).collect()
}

fn assert_same<T: PartialEq>(name: &str, results: &[(usize, T)]) {
    for (threads, result) in results {
        assert!(*result == results[0].1, "{name}: {threads} threads give other numbers than one");
    }
}

#[test]
fn operations_do_not_depend_on_threads() {
    for case in golden_ops() {
        // Large enough to be cut; odd, so that bands end in the middle of a tile. Attention's work grows with the square.
        let [height, width] = if case.name.starts_with("attention") { [43, 27] } else { [203, 147] };
        let input = random_picture([1, 6, height, width]);
        let (graph, weights) = passes::fold_affines(&case.graph, &case.weights);
        for precision in [Precision::F32, Precision::Int8] {
            let weights = quantise(&weights, precision);
            let results = on_threads(|| run(&graph, &weights, &input, [height, width]));
            assert_same(&format!("{} {}", case.name, precision.name()), &results);
        }
    }
}

/// Eight threads leave one row of three pixels to the last band: a tile that no other one precedes.
#[test]
fn a_band_smaller_than_a_tile_gives_the_same_numbers() {
    let (mut builder, input) = GraphBuilder::new(64);
    let output = builder.conv("conv", input, Conv2d::new(64, 3));
    let graph = builder.build(output);
    let weights = quantise(&random_weights(&graph), Precision::Int8);
    for seed in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        let picture = uniform(seed, 64 * 33 * 3, -4.0, 4.0);
        assert_same(seed, &on_threads(|| run(&graph, &weights, &picture, [33, 3])));
    }
}

#[test]
fn networks_do_not_depend_on_threads() {
    for case in light_networks() {
        let (graph, weights) = passes::fold_affines(&case.graph, &case.weights);
        let weights = quantise(&weights, Precision::Int8);
        let size = sides_for(&case, [163, 97]);
        let input = random_picture([1, 3, size[0], size[1]]);
        assert_same(&case.name, &on_threads(|| run(&graph, &weights, &input, size)));
    }
}

#[test]
fn photo_mask_and_painting_do_not_depend_on_threads() {
    let model = common::shipped("people");
    let [width, height] = [157, 93];
    let rgba: Vec<u8> = (0..width * height * 4).map(|i| (i * 7 % 251) as u8).collect();
    let all = || {
        let session = Session::new(Cpu);
        session.load_model(&model).unwrap();
        let painted = Arc::new(Mutex::new(Vec::new()));
        let kept = painted.clone();
        let show = move |rgba: Vec<u8>, _: [u32; 2]| {
            *kept.lock().unwrap() = rgba;
            Ok(())
        };
        session.attach(CpuScreen::new([211, 131], Box::new(show)));
        let picture = Rc::new(segscope::simd::Picture::new(width, rgba.clone()));
        let done = pollster::block_on(session.segment(picture, [width, height], 0.0)).unwrap();
        let areas: Vec<_> = done.classes.iter().map(|class| (class.id, class.pixels)).collect();
        let (mask, _) = pollster::block_on(session.read_mask()).unwrap();
        let painted = painted.lock().unwrap().clone();
        assert_eq!((mask.len(), painted.len()), (157 * 93, 211 * 131 * 4));
        (areas, mask, painted)
    };
    assert_same("people", &on_threads(all));
}
