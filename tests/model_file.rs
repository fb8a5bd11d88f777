//! The model file: what goes in comes out, and nothing a hostile file says is believed.

use segscope::graph::random::random_weights;
use segscope::graph::{Conv2d, Graph, GraphBuilder, Interpolation, Size};
use segscope::weights::info::{Class, Input, Licence};
use segscope::weights::quantise::quantise;
use segscope::weights::{Calibration, Model, ModelInfo, Precision};
use segscope::{ErrorKind, Result};
use serde_json::{Value, json};

/// Every kind of weight there is: kernels with and without bias, odd counts for int4, slopes.
fn graph() -> Graph {
    let (mut g, x) = GraphBuilder::new(3);
    let x = g.conv("stem", x, Conv2d::new(4, 3).stride(2).bias());
    let x = g.prelu("act", x);
    let x = g.conv("depthwise", x, Conv2d::new(4, 3).groups(4));
    let x = g.conv("head", x, Conv2d::new(2, 1).bias());
    let output = g.resize(x, Interpolation::Bilinear, false, Size::Scale { factor: 2.0, min: 1 });
    g.build(output)
}

fn info() -> ModelInfo {
    let class = |name: &str, colour| Class { name: name.into(), colour };
    ModelInfo {
        id: "test".into(),
        name: "Test – Prüfung".into(),
        description: String::new(),
        classes: vec![class("background", [0, 0, 0]), class("thing", [255, 128, 1])],
        input: Input { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.4], long_side: 64, multiple: 2 },
        licence: Licence { name: "MIT".into(), url: String::new(), note: String::new() },
        data: "none".into(),
        credit: String::new(),
        source: None,
        metrics: None,
        reference: None,
        calibration: Some(Calibration {
            data: "noise".into(),
            pictures: 2,
            ranges: vec![None, Some(2.5), None, None, Some(0.125), None],
            reference: None,
        }),
    }
}

fn model(precision: Precision) -> Model {
    let graph = graph();
    Model::new(&info(), &graph, &quantise(&random_weights(&graph), precision)).unwrap()
}

#[test]
fn what_goes_in_comes_out() {
    let exact = random_weights(&graph());
    // Half a step of the largest kernel number, which is below 1, and one more half for balanced rounding.
    let cases = [
        (Precision::F32, 0.0),
        (Precision::F16, 5e-4),
        (Precision::Int8, 1.0 / 127.0),
        (Precision::Int4, 0.3),
    ];
    for (precision, tolerance) in cases {
        let model = model(precision);
        let bytes = model.to_bytes();
        assert_eq!(
            bytes,
            self::model(precision).to_bytes(),
            "{precision:?}: the same model gives the same bytes"
        );
        let read = Model::from_bytes(&bytes).unwrap();
        assert_eq!(
            (&read.info, &read.graph, &read.weights),
            (&info(), &graph(), &model.weights),
            "{precision:?}"
        );
        assert_eq!((read.size_bytes, read.sha256.len()), (bytes.len(), 64));
        assert_eq!(read.weights.precision(), precision);
        for (name, tensor) in read.weights.dequantise() {
            let kernel = tensor.shape.len() == 4;
            for (i, (ours, exact)) in tensor.data.iter().zip(&exact[&name].data).enumerate() {
                let tolerance = if kernel { tolerance } else { 0.0 };
                assert!((ours - exact).abs() <= tolerance, "{precision:?} {name}[{i}]: {ours} for {exact}");
            }
        }
    }
}

#[test]
fn any_safetensors_library_opens_it() {
    let bytes = model(Precision::Int8).to_bytes();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let kernel = file.tensor("stem.weight").unwrap();
    assert_eq!((kernel.dtype(), kernel.shape()), (safetensors::Dtype::I8, &[4, 3, 3, 3][..]));
    assert_eq!(file.tensor("stem.weight.scale").unwrap().shape(), [4]);
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    let graph: Value = serde_json::from_str(&header.metadata().as_ref().unwrap()["graph"]).unwrap();
    assert_eq!(graph["output"], "resize");
}

#[test]
fn a_file_cut_at_any_byte_is_truncated() {
    for precision in [Precision::Int8, Precision::Int4] {
        let bytes = model(precision).to_bytes();
        for end in 0..bytes.len() {
            let error = Model::from_bytes(&bytes[..end]).expect_err("a cut file");
            assert_eq!(error.kind(), ErrorKind::ModelTruncated, "{end} of {} bytes: {error}", bytes.len());
        }
    }
}

#[test]
fn a_changed_byte_is_an_error_or_a_model() {
    let bytes = model(Precision::Int8).to_bytes();
    let mut refused = 0;
    for position in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut bytes = bytes.clone();
            bytes[position] ^= mask;
            refused += usize::from(Model::from_bytes(&bytes).is_err());
        }
    }
    assert!(refused > bytes.len() / 2, "only {refused} of {} changes were refused", 3 * bytes.len());
}

/// A file taken apart, to be put together wrongly.
struct Parts {
    header: Value,
    data: Vec<u8>,
}

impl Parts {
    fn new() -> Self {
        let bytes = model(Precision::Int8).to_bytes();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let header = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        Self { header, data: bytes[8 + length..].to_vec() }
    }

    fn read(&self) -> Result<Model> {
        let header = serde_json::to_vec(&self.header).unwrap();
        Model::from_bytes(&[&(header.len() as u64).to_le_bytes()[..], &header, &self.data].concat())
    }

    /// Changes JSON that is text inside the metadata.
    fn edit(&mut self, key: &str, change: impl FnOnce(&mut Value)) {
        let text = self.header["__metadata__"][key].as_str().unwrap();
        let mut inner: Value = serde_json::from_str(text).unwrap();
        change(&mut inner);
        self.header["__metadata__"][key] = inner.to_string().into();
    }

    fn node<'a>(graph: &'a mut Value, name: &str) -> &'a mut Value {
        graph["nodes"].as_array_mut().unwrap().iter_mut().find(|node| node["name"] == name).unwrap()
    }

    /// Overwrites the first number of an F32 tensor.
    fn poke(&mut self, name: &str, value: f32) {
        let start = self.header[name]["data_offsets"][0].as_u64().unwrap() as usize;
        self.data[start..start + 4].copy_from_slice(&value.to_le_bytes());
    }
}

/// What was done to the file, how, the kind of error, and what its message must name.
type Attack = (&'static str, fn(&mut Parts), ErrorKind, &'static str);

#[test]
fn hostile_files_are_refused_by_name() {
    use ErrorKind::{ModelInvalid as Invalid, ModelTruncated as Truncated, ModelUnsupported as Unsupported};
    assert!(Parts::new().read().is_ok(), "the file is sound before it is changed");
    let attacks: &[Attack] = &[
        (
            "no metadata",
            |p| _ = p.header.as_object_mut().unwrap().remove("__metadata__"),
            Invalid,
            "\"format\"",
        ),
        (
            "another version",
            |p| p.header["__metadata__"]["format"] = "segscope-9".into(),
            Unsupported,
            "segscope-9",
        ),
        (
            "no graph",
            |p| _ = p.header["__metadata__"].as_object_mut().unwrap().remove("graph"),
            Invalid,
            "\"graph\"",
        ),
        ("graph is not JSON", |p| p.header["__metadata__"]["graph"] = "{".into(), Invalid, "graph"),
        (
            "unknown operation",
            |p| p.edit("graph", |g| Parts::node(g, "act")["op"] = "lstm".into()),
            Unsupported,
            "lstm",
        ),
        (
            "cycle",
            |p| p.edit("graph", |g| Parts::node(g, "stem")["inputs"] = json!(["act"])),
            Invalid,
            "\"stem\"",
        ),
        (
            "node twice",
            |p| p.edit("graph", |g| Parts::node(g, "act")["name"] = "stem".into()),
            Invalid,
            "\"stem\"",
        ),
        ("no such output", |p| p.edit("graph", |g| g["output"] = "nowhere".into()), Invalid, "nowhere"),
        (
            "zero groups",
            |p| p.edit("graph", |g| Parts::node(g, "depthwise")["groups"] = 0.into()),
            Invalid,
            "\"depthwise\"",
        ),
        (
            "zero stride",
            |p| p.edit("graph", |g| Parts::node(g, "stem")["stride"] = json!([0, 1])),
            Invalid,
            "\"stem\"",
        ),
        (
            "absurd channels",
            |p| p.edit("graph", |g| Parts::node(g, "stem")["out_channels"] = json!(1u64 << 40)),
            Invalid,
            "stem",
        ),
        (
            "a weight read twice",
            |p| p.edit("graph", |g| Parts::node(g, "head")["weights"][1] = "head.weight".into()),
            Invalid,
            "head.weight",
        ),
        (
            "batch norm",
            |p| {
                p.edit("graph", |g| {
                    *Parts::node(g, "act") = json!({"name": "act", "op": "batch_norm", "epsilon": 1e-5,
                        "inputs": ["stem"], "weights": ["a", "b", "c", "d"]});
                });
            },
            Invalid,
            "\"act\"",
        ),
        (
            "missing tensor",
            |p| p.header["other"] = p.header.as_object_mut().unwrap().remove("head.bias").unwrap(),
            Invalid,
            "\"head.bias\"",
        ),
        (
            "missing scale",
            |p| p.header["other"] = p.header.as_object_mut().unwrap().remove("head.weight.scale").unwrap(),
            Invalid,
            "\"head.weight.scale\"",
        ),
        (
            "surplus tensor",
            |p| {
                p.header["extra"] =
                    json!({"dtype": "U8", "shape": [4], "data_offsets": [p.data.len(), p.data.len() + 4]});
                p.data.extend([0; 4]);
            },
            Invalid,
            "\"extra\"",
        ),
        ("lying shape", |p| p.header["head.bias"]["shape"] = json!([3]), Invalid, "\"head.bias\""),
        (
            "overflowing shape",
            |p| p.header["head.bias"]["shape"] = json!([1u64 << 62, 1u64 << 62]),
            Invalid,
            "\"head.bias\"",
        ),
        (
            "wrong shape",
            |p| p.header["stem.weight"]["shape"] = json!([4, 3, 9, 1]),
            Invalid,
            "\"stem.weight\"",
        ),
        (
            "swapped kernels",
            |p| {
                let (a, b) = (p.header["stem.weight"].clone(), p.header["depthwise.weight"].clone());
                (p.header["stem.weight"], p.header["depthwise.weight"]) = (b, a);
            },
            Invalid,
            "stem.weight",
        ),
        ("wrong type", |p| p.header["head.bias"]["dtype"] = "I32".into(), Invalid, "\"head.bias\""),
        ("unknown type", |p| p.header["head.bias"]["dtype"] = "Q3".into(), Invalid, "Q3"),
        ("negative offset", |p| p.header["head.bias"]["data_offsets"][0] = (-4).into(), Invalid, "header"),
        (
            "overlapping tensors",
            |p| p.header["head.bias"]["data_offsets"] = json!([0, 8]),
            Invalid,
            "starts at byte",
        ),
        (
            "offsets beyond the file",
            |p| p.header["head.bias"]["data_offsets"] = json!([u64::MAX - 8, u64::MAX]),
            Invalid,
            "starts at byte",
        ),
        ("bytes that belong to nothing", |p| p.data.push(0), Invalid, "1 bytes"),
        ("one byte short", |p| _ = p.data.pop(), Truncated, "ends after"),
        ("NaN scale", |p| p.poke("stem.weight.scale", f32::NAN), Invalid, "\"stem.weight.scale\""),
        ("infinite scale", |p| p.poke("stem.weight.scale", f32::INFINITY), Invalid, "\"stem.weight.scale\""),
        ("scale that overflows", |p| p.poke("stem.weight.scale", 3e38), Invalid, "\"stem.weight.scale\""),
        ("zero scale", |p| p.poke("head.weight.scale", 0.0), Invalid, "\"head.weight.scale\""),
        ("negative scale", |p| p.poke("head.weight.scale", -1.0), Invalid, "\"head.weight.scale\""),
        ("NaN bias", |p| p.poke("head.bias", f32::NAN), Invalid, "\"head.bias\""),
        (
            "a class too few",
            |p| p.edit("info", |i| _ = i["classes"].as_array_mut().unwrap().pop()),
            Invalid,
            "1 classes",
        ),
        (
            "colour out of range",
            |p| p.edit("info", |i| i["classes"][1]["colour"][0] = 256.into()),
            Invalid,
            "256",
        ),
        ("no mean", |p| p.edit("info", |i| i["input"]["mean"] = json!([null, 0, 0])), Invalid, "null"),
        ("infinite mean", |p| p.edit("info", |i| i["input"]["mean"][0] = json!(1e300)), Invalid, "mean"),
        ("zero std", |p| p.edit("info", |i| i["input"]["std"][2] = 0.into()), Invalid, "std"),
        ("long side of 0", |p| p.edit("info", |i| i["input"]["long_side"] = 0.into()), Invalid, "long side"),
        ("multiple of 0", |p| p.edit("info", |i| i["input"]["multiple"] = 0.into()), Invalid, "multiple"),
        (
            "ranges for another graph",
            |p| p.edit("info", |i| _ = i["calibration"]["ranges"].as_array_mut().unwrap().pop()),
            Invalid,
            "5 nodes",
        ),
        (
            "a range at an activation",
            |p| p.edit("info", |i| i["calibration"]["ranges"][2] = json!(1.0)),
            Invalid,
            "\"act\"",
        ),
        (
            "zero range",
            |p| p.edit("info", |i| i["calibration"]["ranges"][1] = json!(0.0)),
            Invalid,
            "\"stem\"",
        ),
        (
            "negative range",
            |p| p.edit("info", |i| i["calibration"]["ranges"][4] = json!(-2.0)),
            Invalid,
            "\"head\"",
        ),
        (
            "infinite range",
            |p| p.edit("info", |i| i["calibration"]["ranges"][4] = json!(1e300)),
            Invalid,
            "\"head\"",
        ),
    ];
    let mut failures = Vec::new();
    for (what, attack, kind, named) in attacks {
        let mut parts = Parts::new();
        attack(&mut parts);
        match parts.read() {
            Ok(_) => failures.push(format!("{what}: accepted")),
            Err(error) if error.kind() != *kind || !error.to_string().contains(named) => {
                failures.push(format!(
                    "{what}: {} \"{error}\", expected {} and {named}",
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
fn headers_that_lie_about_themselves_are_refused() {
    let cases: [(&str, Vec<u8>, ErrorKind); 5] = [
        ("nothing", vec![], ErrorKind::ModelTruncated),
        (
            "a header of 2^60 bytes",
            [&(1u64 << 60).to_le_bytes()[..], b"{}"].concat(),
            ErrorKind::ModelInvalid,
        ),
        ("not UTF-8", [&4u64.to_le_bytes()[..], b"\"\xff\xff\""].concat(), ErrorKind::ModelInvalid),
        ("not an object", [&2u64.to_le_bytes()[..], b"[]"].concat(), ErrorKind::ModelInvalid),
        (
            "nested too deep",
            [&100_000u64.to_le_bytes()[..], &vec![b'['; 100_000]].concat(),
            ErrorKind::ModelInvalid,
        ),
    ];
    for (what, bytes, kind) in cases {
        assert_eq!(Model::from_bytes(&bytes).expect_err(what).kind(), kind, "{what}");
    }
}
