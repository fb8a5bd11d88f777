//! Graphs: the JSON form, shape inference at the edges, and batch-norm folding.

mod common;

use common::{network, whole_zoo};
use segscope::ErrorKind;
use segscope::graph::passes::fold_affines;
use segscope::graph::random::{random_weights, uniform};
use segscope::graph::{Conv2d, Graph, GraphBuilder, Op, Size, Weights};
use segscope::zoo::Options;

#[test]
fn json_round_trip_keeps_every_network() {
    for (name, architecture, scale) in whole_zoo() {
        let graph = architecture.build(&Options { scale, classes: 5 }).unwrap();
        assert_eq!(Graph::from_json(&graph.to_json()).unwrap(), graph, "{name}");
        let (folded, _) = fold_affines(&graph, &random_weights(&graph));
        assert_eq!(Graph::from_json(&folded.to_json()).unwrap(), folded, "{name}, folded");
    }
}

#[test]
fn input_sizes_that_cannot_be_run_are_errors() {
    let (mut g, x) = GraphBuilder::new(3);
    let y = g.conv("wide", x, Conv2d::new(4, 5).padding(0));
    let graph = g.build(y);
    assert_eq!(graph.shapes(1, 5, 6).unwrap()[1], [1, 4, 1, 2]);
    for (h, w) in [(4, 6), (5, 0), (20_000, 6)] {
        let error = graph.shapes(1, h, w).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InputSize, "{error}");
    }

    let espnet = network("espnet_v2", Some(0.5), 5);
    assert!(espnet.shapes(1, 48, 80).is_ok());
    let error = espnet.shapes(1, 50, 80).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InputSize);
    assert!(error.to_string().contains("multiples"), "{error}");
}

#[test]
fn sizes_follow_their_rules() {
    let (mut g, x) = GraphBuilder::new(1);
    let tenth = g.adaptive_avg_pool(x, Size::Scale { factor: 0.1, min: 5 });
    let half = g.adaptive_avg_pool(x, Size::Scale { factor: 0.5, min: 1 });
    let like = g.adaptive_avg_pool_like(x, half);
    let pooled = g.max_pool(x, 3, 2, 1);
    let graph = g.build(like);
    let shapes = graph.shapes(1, 71, 40).unwrap();
    assert_eq!(shapes[tenth], [1, 1, 8, 5]);
    assert_eq!(shapes[half], [1, 1, 36, 20]);
    assert_eq!(shapes[like], [1, 1, 36, 20]);
    assert_eq!(shapes[pooled], [1, 1, 36, 20]);
}

/// A convolution that somebody else reads must keep its own output; what is left of the batch norm is an affine.
#[test]
fn folding_leaves_a_shared_convolution_alone() {
    let (mut g, x) = GraphBuilder::new(3);
    let c = g.conv("conv", x, Conv2d::new(4, 3));
    let n = g.batch_norm("bn", c, 1e-5);
    let sum = g.add(c, n);
    let d = g.conv("second", sum, Conv2d::new(2, 1).bias());
    let out = g.batch_norm("bn2", d, 1e-3);
    let graph = g.build(out);
    let weights = random_weights(&graph);
    let (folded, folded_weights) = fold_affines(&graph, &weights);
    let ops: Vec<&str> = folded.nodes.iter().map(|node| node.op.name()).collect();
    assert_eq!(ops, ["input", "conv2d", "affine", "add", "conv2d"]);
    assert_eq!(folded.node(folded.output).name, "second");
    assert_eq!(folded_weights["conv.weight"], weights["conv.weight"]);
    assert_eq!(
        names(&folded_weights),
        ["bn.scale", "bn.shift", "conv.weight", "second.bias", "second.weight"]
    );
    // bn2 by hand, from its definition.
    let w = |name: &str, i: usize| f64::from(weights[name].data[i]);
    for i in 0..2 {
        let scale = w("bn2.weight", i) / (w("bn2.running_var", i) + 1e-3).sqrt();
        let bias = (w("second.bias", i) - w("bn2.running_mean", i)) * scale + w("bn2.bias", i);
        assert!((f64::from(folded_weights["second.bias"].data[i]) - bias).abs() < 1e-6);
        let kernel = w("second.weight", 4 * i + 3) * scale;
        assert!((f64::from(folded_weights["second.weight"].data[4 * i + 3]) - kernel).abs() < 1e-6);
    }
}

fn names(weights: &Weights) -> Vec<&str> {
    weights.keys().map(String::as_str).collect()
}

#[test]
fn parameters_and_macs_by_hand() {
    let (mut g, x) = GraphBuilder::new(3);
    let y = g.conv("conv", x, Conv2d::new(8, 3).stride(2).bias());
    let y = g.batch_norm("bn", y, 1e-5);
    let y = g.prelu("act", y);
    let y = g.conv("depthwise", y, Conv2d::new(8, 3).groups(8));
    let graph = g.build(y);
    assert_eq!(graph.parameters().unwrap(), (8 * 3 * 9 + 8) + 2 * 8 + 8 + 8 * 9);
    assert_eq!(graph.macs(13, 7).unwrap(), (7 * 4) * (8 * 27) + (7 * 4) * (8 * 9));
    assert_eq!(graph.consumers()[0], [1]);
    assert!(matches!(graph.node(graph.find("depthwise").unwrap()).op, Op::Conv2d(_)));
}

/// The first values that python/golden/weights.py gives for the same names.
#[test]
fn random_numbers_are_those_of_the_python_twin() {
    let expected: [(&str, [f32; 3]); 2] = [
        ("x", [-0.597_583_53, 0.617_053_5, 0.286_647_2]),
        ("base_net.level1.conv.weight", [0.719_643_5, -0.981_254_6, -0.170_272_83]),
    ];
    for (name, values) in expected {
        assert_eq!(uniform(name, 3, -1.0, 1.0), values, "{name}");
    }
}
