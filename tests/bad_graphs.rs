//! Graphs from files that must not be trusted: each wrong thing is an error that names the node.

use segscope::ErrorKind;
use segscope::graph::Graph;
use segscope::graph::random::random_weights;
use segscope::simd::{Executor, Network};
use segscope::weights::Precision;
use segscope::weights::quantise::quantise;
use serde_json::{Value, json};

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

/// A transposed convolution that doubles.
fn transposed(changes: Value) -> Value {
    let mut node = json!({
        "name": "layer", "op": "conv_transpose2d", "inputs": ["x"], "weights": ["layer.weight"],
        "out_channels": 4, "kernel": [2, 2], "stride": [2, 2], "padding": [0, 0], "output_padding": [0, 0], "groups": 1,
        "bias": false
    });
    node.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    node
}

/// Windows of 2x2.
fn pool(op: &str, changes: Value) -> Value {
    let mut node = json!({
        "name": "layer", "op": op, "inputs": ["x"], "kernel": [2, 2], "stride": [2, 2], "padding": [0, 0]
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
        (
            "an unknown input",
            vec![input(), layer(json!({"op": "concat", "inputs": ["y"]}))],
            Invalid,
            "\"y\"",
        ),
        ("an unknown operation", vec![input(), layer(json!({"op": "softmax"}))], Unsupported, "softmax"),
        (
            "an unknown activation",
            vec![input(), layer(json!({"op": "activation", "function": "mish"}))],
            Unsupported,
            "mish",
        ),
        ("a missing field", vec![input(), layer(json!({"op": "channel_shuffle"}))], Invalid, "groups"),
        ("two nodes of one name", vec![input(), conv(json!({})), conv(json!({}))], Invalid, "\"layer\""),
        ("too few inputs", vec![input(), layer(json!({"op": "add"}))], Invalid, "\"layer\""),
        ("too many inputs", vec![input(), conv(json!({"inputs": ["x", "x"]}))], Invalid, "\"layer\""),
        ("no inputs", vec![input(), layer(json!({"op": "concat", "inputs": []}))], Invalid, "\"layer\""),
        (
            "a second input node",
            vec![input(), json!({"name": "layer", "op": "input", "channels": 3})],
            Invalid,
            "\"layer\"",
        ),
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
            vec![
                input(),
                conv(json!({"out_channels": 5})),
                json!({"name": "sum", "op": "add", "inputs": ["x", "layer"]}),
            ],
            Invalid,
            "\"sum\"",
        ),
        (
            "more padding than half the window",
            vec![
                input(),
                layer(json!({"op": "max_pool2d", "kernel": [2, 2], "stride": [2, 2], "padding": [2, 2]})),
            ],
            Invalid,
            "\"layer\"",
        ),
        (
            "an empty size",
            vec![
                input(),
                layer(
                    json!({"op": "adaptive_avg_pool2d", "size": {"kind": "fixed", "height": 0, "width": 1}}),
                ),
            ],
            Invalid,
            "\"layer\"",
        ),
        (
            "a negative scale",
            vec![
                input(),
                layer(
                    json!({"op": "adaptive_avg_pool2d", "size": {"kind": "scale", "factor": -1.0, "min": 1}}),
                ),
            ],
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
        (
            "an unknown kind of size",
            vec![input(), layer(json!({"op": "adaptive_avg_pool2d", "size": {"kind": "half"}}))],
            Invalid,
            "half",
        ),
        (
            "a size without its width",
            vec![
                input(),
                layer(json!({"op": "adaptive_avg_pool2d", "size": {"kind": "fixed", "height": 1}})),
            ],
            Invalid,
            "width",
        ),
        ("a node without a name", vec![input(), json!({"op": "concat", "inputs": ["x"]})], Invalid, "name"),
        (
            "more output padding than stride",
            vec![input(), transposed(json!({"output_padding": [2, 0]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "transposed groups that do not divide",
            vec![input(), transposed(json!({"groups": 3}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "an average over a last window that reaches beyond",
            vec![input(), pool("avg_pool2d", json!({"ceil": true}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "windows that overlap, put back",
            vec![input(), pool("max_unpool2d", json!({"inputs": ["x", "x"], "stride": [1, 2]}))],
            Invalid,
            "\"layer\"",
        ),
        ("one input of two", vec![input(), pool("max_unpool2d", json!({}))], Invalid, "\"layer\""),
        (
            "huge zeros around a map",
            vec![input(), layer(json!({"op": "pad2d", "before": [0, big], "after": [0, 0]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "a crop like nothing",
            vec![input(), layer(json!({"op": "crop2d", "before": [0, 0]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "a slice of no channels",
            vec![input(), layer(json!({"op": "slice", "start": 1, "channels": 0}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "a slice from far away",
            vec![input(), layer(json!({"op": "slice", "start": big, "channels": 1}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "norms of no groups",
            vec![
                input(),
                layer(json!({"op": "group_norm", "groups": 0, "epsilon": 1e-5, "weights": ["a", "b"]})),
            ],
            Invalid,
            "\"layer\"",
        ),
        (
            "a layer norm without its shift",
            vec![input(), layer(json!({"op": "layer_norm", "epsilon": 1e-5, "weights": ["a"]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "attention to keys without values",
            vec![input(), layer(json!({"op": "attention", "heads": 1, "inputs": ["x", "x"]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "heads that do not divide",
            vec![input(), layer(json!({"op": "attention", "heads": 3, "inputs": ["x", "x", "x"]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "no heads",
            vec![input(), layer(json!({"op": "attention", "heads": 0, "inputs": ["x", "x", "x"]}))],
            Invalid,
            "\"layer\"",
        ),
        (
            "keys of other channels",
            vec![
                input(),
                json!({"name": "some", "op": "slice", "start": 0, "channels": 2, "inputs": ["x"]}),
                layer(json!({"op": "attention", "heads": 2, "inputs": ["x", "some", "x"]})),
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
                failures.push(format!(
                    "{what}: {} \"{error}\", not {} with {hint}",
                    error.kind().code(),
                    kind.code()
                ));
            }
            Err(_) => {}
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn graphs_that_are_no_graphs_are_errors() {
    let many: Vec<Value> =
        (0..10_001).map(|i| json!({"name": format!("x{i}"), "op": "input", "channels": 3})).collect();
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
    // The same helpers make graphs that are accepted, so the refusals above are not for some other reason.
    for good in [conv(json!({})), transposed(json!({})), pool("max_pool2d", json!({"ceil": true}))] {
        let graph = json!({ "nodes": [input(), good], "output": "layer" }).to_string();
        assert!(Graph::from_json(&graph).is_ok(), "{graph}");
    }
}

#[test]
fn sizes_that_do_not_belong_together_are_errors() {
    let cases = [
        ("a map that was not pooled from the other", pool("max_unpool2d", json!({"inputs": ["x", "x"]}))),
        (
            "a crop larger than its map",
            layer(json!({"op": "crop2d", "before": [1, 0], "inputs": ["x", "x"]})),
        ),
        ("padding that leaves nothing", transposed(json!({"padding": [9, 9]}))),
    ];
    for (what, node) in cases {
        let graph = json!({ "nodes": [input(), node], "output": "layer" }).to_string();
        let error = Graph::from_json(&graph).unwrap().shapes(1, 8, 8).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InputSize, "{what}: {error}");
        assert!(error.to_string().contains("\"layer\""), "{what}: {error}");
    }
}

/// Such a graph is valid, but in groups the processor copies what lies under a row of windows.
#[test]
fn windows_that_reach_over_gigabytes_are_refused_on_the_processor() {
    let planned = |groups: usize, dilation: usize| {
        let pair = [dilation; 2];
        let layer = conv(json!({ "groups": groups, "dilation": pair, "padding": pair }));
        let graph = json!({ "nodes": [input(), layer], "output": "layer" }).to_string();
        let graph = Graph::from_json(&graph).unwrap();
        let weights = quantise(&random_weights(&graph), Precision::F32);
        Executor::new(&Network::new(graph, &weights).unwrap(), [64, 64], &[]).map(|_| ())
    };
    for groups in [2, 4] {
        assert!(planned(groups, 1000).is_ok(), "{groups} groups, 63 MB");
        for dilation in [1010, 5000] {
            let error = planned(groups, dilation).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::LimitsTooLow, "{error}");
            assert!(error.to_string().contains("\"layer\" reach over"), "{error}");
        }
    }
    assert!(planned(1, 5000).is_ok(), "nothing is copied for a row");
}
