//! Graphs: the JSON form, what is refused, shape inference at the edges, and batch-norm folding.

mod common;

use common::{NETWORKS, network};
use segscope::ErrorKind;
use segscope::graph::passes::fold_batch_norms;
use segscope::graph::random::{random_weights, uniform};
use segscope::graph::{Conv2d, Graph, GraphBuilder, Op, Size, Weights};
use serde_json::{Value, json};

#[test]
fn json_round_trip_keeps_every_network() {
    for (name, architecture, scale, _) in NETWORKS {
        let graph = network(architecture, scale, 5);
        assert_eq!(Graph::from_json(&graph.to_json()).unwrap(), graph, "{name}");
        let (folded, _) = fold_batch_norms(&graph, &random_weights(&graph));
        assert_eq!(Graph::from_json(&folded.to_json()).unwrap(), folded, "{name}, folded");
    }
}

fn input() -> Value {
    json!({ "name": "x", "op": "input", "channels": 4 })
}

fn conv(changes: Value) -> Value {
    let mut node = json!({
        "name": "layer", "op": "conv2d", "inputs": ["x"], "weights": ["layer.weight"],
        "out_channels": 4, "kernel": [3, 3], "stride": [1, 1], "padding": [1, 1], "dilation": [1, 1], "groups": 1, "bias": false
    });
    node.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    node
}

fn layer(op: Value) -> Value {
    let mut node = json!({ "name": "layer", "inputs": ["x"] });
    node.as_object_mut().unwrap().extend(op.as_object().unwrap().clone());
    node
}

#[test]
fn bad_graphs_are_errors_that_name_the_node() {
    use ErrorKind::{ModelInvalid as Invalid, ModelUnsupported as Unsupported};
    let big = 1u64 << 40;
    let cases: Vec<(&str, Vec<Value>, ErrorKind, &str)> = vec![
        ("a cycle", vec![input(), layer(json!({"op": "concat", "inputs": ["layer"]}))], Invalid, "\"layer\""),
        (
            "a longer cycle",
            vec![
                input(),
                json!({"name": "first", "op": "add", "inputs": ["x", "layer"]}),
                layer(json!({"op": "activation", "function": "relu", "inputs": ["first"]})),
            ],
            Invalid,
            "\"first\"",
        ),
        ("an unknown input", vec![input(), layer(json!({"op": "concat", "inputs": ["y"]}))], Invalid, "\"y\""),
        ("an unknown operation", vec![input(), layer(json!({"op": "softmax"}))], Unsupported, "softmax"),
        (
            "an unknown activation",
            vec![input(), layer(json!({"op": "activation", "function": "gelu"}))],
            Unsupported,
            "gelu",
        ),
        ("a missing field", vec![input(), layer(json!({"op": "channel_shuffle"}))], Invalid, "groups"),
        ("two nodes of one name", vec![input(), conv(json!({})), conv(json!({}))], Invalid, "\"layer\""),
        ("too few inputs", vec![input(), layer(json!({"op": "add"}))], Invalid, "\"layer\""),
        ("too many inputs", vec![input(), conv(json!({"inputs": ["x", "x"]}))], Invalid, "\"layer\""),
        ("no inputs", vec![input(), layer(json!({"op": "concat", "inputs": []}))], Invalid, "\"layer\""),
        ("a second input node", vec![input(), json!({"name": "layer", "op": "input", "channels": 3})], Invalid, "\"layer\""),
        ("no input node", vec![layer(json!({"op": "concat", "inputs": []}))], Invalid, "\"layer\""),
        ("too few weights", vec![input(), conv(json!({"weights": []}))], Invalid, "\"layer\""),
        ("too many weights", vec![input(), conv(json!({"weights": ["a", "b"]}))], Invalid, "\"layer\""),
        ("no groups", vec![input(), conv(json!({"groups": 0}))], Invalid, "\"layer\""),
        ("groups that do not divide", vec![input(), conv(json!({"groups": 3}))], Invalid, "\"layer\""),
        ("a stride of 0", vec![input(), conv(json!({"stride": [1, 0]}))], Invalid, "\"layer\""),
        ("a kernel of 0", vec![input(), conv(json!({"kernel": [0, 3]}))], Invalid, "\"layer\""),
        ("a huge kernel", vec![input(), conv(json!({"kernel": [big, 3]}))], Invalid, "\"layer\""),
        (
            "a huge dilated kernel",
            vec![input(), conv(json!({"kernel": [9000, 3], "dilation": [9000, 1]}))],
            Invalid,
            "\"layer\"",
        ),
        ("huge padding", vec![input(), conv(json!({"padding": [big, 1]}))], Invalid, "\"layer\""),
        ("huge channels", vec![input(), conv(json!({"out_channels": big}))], Invalid, "\"layer\""),
        ("no channels", vec![input(), conv(json!({"out_channels": 0}))], Invalid, "\"layer\""),
        ("huge input channels", vec![json!({"name": "x", "op": "input", "channels": big})], Invalid, "\"x\""),
        ("negative channels", vec![input(), conv(json!({"out_channels": -1}))], Invalid, "-1"),
        (
            "a shuffle that does not divide",
            vec![input(), layer(json!({"op": "channel_shuffle", "groups": 3}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "a shuffle of 0 groups",
            vec![input(), layer(json!({"op": "channel_shuffle", "groups": 0}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "channels that do not match",
            vec![input(), conv(json!({"out_channels": 5})), json!({"name": "sum", "op": "add", "inputs": ["x", "layer"]})],
            Invalid,
            "\"sum\"",
        ),
        (
            "more padding than half the window",
            vec![input(), layer(json!({"op": "max_pool2d", "kernel": [2, 2], "stride": [2, 2], "padding": [2, 2]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "an empty size",
            vec![input(), layer(json!({"op": "adaptive_avg_pool2d", "size": {"kind": "fixed", "height": 0, "width": 1}}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "a negative scale",
            vec![input(), layer(json!({"op": "adaptive_avg_pool2d", "size": {"kind": "scale", "factor": -1.0, "min": 1}}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "a negative epsilon",
            vec![
                input(),
                layer(json!({"op": "batch_norm", "epsilon": -1.0, "weights": ["a", "b", "c", "d"]})),
            ],
            Invalid,
            "\"layer\"",
        ),
    ];
    let mut failures = Vec::new();
    for (what, nodes, kind, hint) in cases {
        let output = nodes.last().unwrap()["name"].clone();
        let graph = json!({ "nodes": nodes, "output": output }).to_string();
        match Graph::from_json(&graph) {
            Ok(_) => failures.push(format!("{what}: accepted")),
            Err(error) if error.kind() != kind || !error.to_string().contains(hint) => {
                failures.push(format!("{what}: {} \"{error}\", not {} with {hint}", error.kind().code(), kind.code()));
            }
            Err(_) => {}
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn graphs_that_are_no_graphs_are_errors() {
    let many: Vec<Value> = (0..10_001).map(|i| json!({"name": format!("x{i}"), "op": "input", "channels": 3})).collect();
    let cases = [
        String::new(),
        "[]".into(),
        "{\"nodes\": []".into(),
        json!({ "nodes": [], "output": "x" }).to_string(),
        json!({ "nodes": [input()], "output": "y" }).to_string(),
        json!({ "nodes": many, "output": "x0" }).to_string(),
    ];
    for case in cases {
        let error = Graph::from_json(&case).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ModelInvalid, "{error}");
        assert!(error.to_string().contains("export the model again"), "{error}");
    }
    // The same helpers make a graph that is accepted, so the refusals above are not for some other reason.
    let good = json!({ "nodes": [input(), conv(json!({}))], "output": "layer" }).to_string();
    assert!(Graph::from_json(&good).is_ok());
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
    let (folded, folded_weights) = fold_batch_norms(&graph, &weights);
    let ops: Vec<&str> = folded.nodes.iter().map(|node| node.op.name()).collect();
    assert_eq!(ops, ["input", "conv2d", "affine", "add", "conv2d"]);
    assert_eq!(folded.node(folded.output).name, "second");
    assert_eq!(folded_weights["conv.weight"], weights["conv.weight"]);
    assert_eq!(names(&folded_weights), ["bn.scale", "bn.shift", "conv.weight", "second.bias", "second.weight"]);
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
