//! PyTorch checkpoints: every form that `torch.save` writes, the published ones, and those that must be refused.
//! The small files are made by `python/golden/pth_checkpoints.py`.
#![cfg(feature = "import")]

mod common;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use common::{LIGHT, checkpoint, golden_path, published_weights, whole_zoo};
use segscope::graph::passes::fold_affines;
use segscope::graph::random::random_weights;
use segscope::graph::{Conv2d, Graph, GraphBuilder, Weights};
use segscope::weights::import::{Checkpoint, ImportSpec, convert};
use segscope::weights::quantise::QuantisationError;
use segscope::weights::{Model, Precision};
use segscope::zoo::Options;
use segscope::{ErrorKind, Result, zoo};
use serde_json::Value;

fn golden(name: &str) -> Vec<u8> {
    fs::read(golden_path("pth").join(name)).unwrap()
}

/// The network of the golden files.
fn graph() -> Graph {
    let (mut g, x) = GraphBuilder::new(3);
    let x = g.conv("conv", x, Conv2d { kernel: [3, 5], ..Conv2d::new(4, 1) });
    let x = g.batch_norm("bn", x, 1e-5);
    let x = g.prelu("act", x);
    let x = g.conv("head", x, Conv2d::new(2, 1).bias());
    g.build(x)
}

fn read(bytes: &[u8]) -> Result<Weights> {
    Checkpoint::read(bytes)?.weights(&graph(), |name| name.ends_with(".num_batches_tracked"))
}

#[test]
fn every_form_holds_the_same_numbers() {
    let cases = [
        ("plain.pth", "f32.safetensors"),
        ("legacy.pth", "f32.safetensors"),
        ("protocol4.pth", "f32.safetensors"),
        ("parameters.pth", "f32.safetensors"),
        ("data_parallel.pth", "f32.safetensors"),
        ("strided.pth", "f32.safetensors"),
        ("wrapped.pth", "f32.safetensors"),
        ("f16.pth", "f16.safetensors"),
        ("bf16.pth", "bf16.safetensors"),
        ("f64.pth", "f64.safetensors"),
    ];
    for (file, twin) in cases {
        let weights = read(&golden(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(weights, read(&golden(twin)).unwrap(), "{file} and {twin}");
    }
}

#[test]
fn the_twin_is_read_right() {
    let bytes = golden("f32.safetensors");
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for (name, tensor) in read(&bytes).unwrap() {
        let theirs = file.tensor(&name).unwrap();
        let ours: Vec<u8> = tensor.data.iter().flat_map(|v| v.to_le_bytes()).collect();
        assert_eq!((tensor.shape.as_slice(), ours.as_slice()), (theirs.shape(), theirs.data()), "{name}");
    }
}

#[test]
fn other_files_are_refused_with_a_reason() {
    let cases = [
        ("whole_module.pth", "Network"),
        ("torchscript.pt", "TorchScript"),
        ("tensor.pth", "state dict"),
        ("compressed.pth", "compressed"),
    ];
    for (file, reason) in cases {
        let error = read(&golden(file)).expect_err(file);
        assert_eq!(error.kind(), ErrorKind::ModelUnsupported, "{file}: {error}");
        assert!(error.to_string().contains(reason), "{file}: {error}");
    }
    for bytes in [&b""[..], b"GIF89a, which is no checkpoint"] {
        assert_eq!(read(bytes).expect_err("not a checkpoint").kind(), ErrorKind::ModelUnsupported);
    }
}

#[test]
fn cut_and_changed_files_are_errors_or_checkpoints() {
    for file in ["plain.pth", "legacy.pth", "strided.pth", "wrapped.pth", "f16.safetensors"] {
        let bytes = golden(file);
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "{file} cut at {end}");
        }
        for position in 0..bytes.len() {
            for mask in [0x01, 0x80, 0xff] {
                let mut bytes = bytes.clone();
                bytes[position] ^= mask;
                // Either is right: most bytes are numbers. What matters is that this returns.
                let _ = read(&bytes);
            }
        }
    }
}

/// A legacy checkpoint whose object is `pickle`, with one storage of two numbers if the pickle names it.
fn legacy(pickle: &[u8]) -> Vec<u8> {
    let magic = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
    let protocol_and_machine = b"\x80\x02M\xe9\x03.\x80\x02}X\x0d\x00\x00\x00little_endian\x88s.";
    let keys_and_storage =
        b"\x80\x02](X\x01\x00\x00\x000e.\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x3f\x00\x00\x00\x40";
    [&magic[..], protocol_and_machine, b"\x80\x02", pickle, keys_and_storage].concat()
}

/// `{"w": tensor}`, the tensor of `size` numbers at `offset` and `stride` in a storage of two.
fn one_tensor(offset: u8, size: i32, stride: i32) -> Vec<u8> {
    let storage =
        b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x02NtQ";
    let view =
        [&[b'K', offset, b'J'][..], &size.to_le_bytes(), b"\x85J", &stride.to_le_bytes(), b"\x85"].concat();
    [&b"}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n("[..], storage, &view, b"\x89}tRs."].concat()
}

/// A graph with one weight `w` of `[2]`.
fn slopes() -> Graph {
    let (mut g, x) = GraphBuilder::new(2);
    let x = g.prelu("act", x);
    let mut graph = g.build(x);
    graph.nodes[1].weights[0] = "w".into();
    graph
}

#[test]
fn a_view_may_not_reach_beyond_its_storage() {
    let read = |offset, size, stride| -> Result<Weights> {
        Checkpoint::read(&legacy(&one_tensor(offset, size, stride)))?.weights(&slopes(), |_| false)
    };
    assert_eq!(read(0, 2, 1).unwrap()["w"].data, [1.0, 2.0]);
    assert_eq!(read(1, 2, 0).unwrap()["w"].data, [2.0, 2.0]);
    for (offset, stride) in [(1, 1), (2, 0), (0, 2), (0, i32::MAX)] {
        assert_eq!(
            read(offset, 2, stride).expect_err("beyond").kind(),
            ErrorKind::ModelInvalid,
            "{offset} {stride}"
        );
    }
    assert_eq!(read(0, -2, 1).expect_err("negative").kind(), ErrorKind::ModelInvalid);
    assert_eq!(read(0, i32::MAX, 0).expect_err("huge").kind(), ErrorKind::WeightsMismatch);
}

#[test]
fn hostile_pickles_are_refused_quickly() {
    use ErrorKind::{ModelInvalid as Invalid, ModelTruncated as Truncated, ModelUnsupported as Unsupported};
    let cases: [(&str, Vec<u8>, ErrorKind); 9] = [
        ("code to run", b"cos\nsystem\nX\x04\x00\x00\x00true\x85R.".to_vec(), Unsupported),
        ("endless stack", vec![b'N'; 5_000_000], Unsupported),
        ("endless marks", vec![b'('; 5_000_000], Unsupported),
        ("nothing on the stack", b".".to_vec(), Invalid),
        ("more popped than pushed", b"N00.".to_vec(), Invalid),
        ("an unknown memo", b"h\x05.".to_vec(), Invalid),
        ("a text of 4 GB", b"X\xff\xff\xff\xff".to_vec(), Truncated),
        ("a dictionary in itself", b"}q\x00X\x05\x00\x00\x00modelh\x00s.".to_vec(), Unsupported),
        ("an instruction of another kind", b"\x98.".to_vec(), Unsupported),
    ];
    for (what, pickle, kind) in cases {
        let error = read(&legacy(&pickle)).expect_err(what);
        assert_eq!(error.kind(), kind, "{what}: {error}");
    }
}

#[test]
fn a_mismatch_names_every_tensor() {
    let (mut g, x) = GraphBuilder::new(3);
    let x = g.conv("conv", x, Conv2d { kernel: [5, 3], ..Conv2d::new(4, 1) });
    let x = g.batch_norm("norm", x, 1e-5);
    let x = g.conv("head", x, Conv2d::new(3, 1).bias());
    let other = g.build(x);
    let error =
        Checkpoint::read(&golden("plain.pth")).unwrap().weights(&other, |_| false).expect_err("mismatch");
    assert_eq!(error.kind(), ErrorKind::WeightsMismatch);
    let message = error.to_string();
    let named = [
        "4 missing: norm.bias, norm.running_mean, norm.running_var, norm.weight",
        "6 not of this architecture: act.weight, bn.bias, bn.num_batches_tracked, bn.running_mean",
        "3 of another shape: conv.weight is [4, 3, 3, 5], not [4, 3, 5, 3], head.bias is [2], not [3]",
    ];
    for part in named {
        assert!(message.contains(part), "{part} is not in: {message}");
    }
}

#[test]
fn specs_are_checked() {
    let cases = [
        ("{", ErrorKind::ModelInvalid),
        (r#"{"architecture": {"name": "espnet_v2", "classes": 2}}"#, ErrorKind::OutOfRange),
        (r#"{"architecture": {"name": "espnet_v2", "scale": 2.0, "classes": 256}}"#, ErrorKind::OutOfRange),
        (r#"{"architecture": {"name": "vgg", "classes": 2}}"#, ErrorKind::ModelUnsupported),
        (r#"{"architecture": {"name": "unet_resnet18", "classes": 2}}"#, ErrorKind::WeightsMismatch),
    ];
    for (spec, kind) in cases {
        assert_eq!(
            convert(&golden("plain.pth"), spec, Precision::Int8).expect_err(spec).kind(),
            kind,
            "{spec}"
        );
    }
}

#[test]
fn published_espnet_v2_files_become_models() {
    let Some(folder) = published_weights("importing ESPNetv2") else { return };
    for (scale, data, classes) in [
        ("0.5", "pascal_384x384", 21),
        ("1.0", "pascal_384x384", 21),
        ("1.0", "city_1024x512", 20),
        ("2.0", "pascal_384x384", 21),
        ("2.0", "city_1024x512", 20),
    ] {
        let bytes =
            fs::read(folder.join("espnet_v2").join(format!("espnetv2_s_{scale}_{data}.pth"))).unwrap();
        let spec =
            format!(r#"{{"architecture": {{"name": "espnet_v2", "scale": {scale}, "classes": {classes}}}}}"#);
        let model = Model::from_bytes(&convert(&bytes, &spec, Precision::Int8).unwrap()).unwrap();
        assert_eq!(model.info.classes.len(), classes);

        let architecture = zoo::find("espnet_v2").unwrap();
        let graph =
            architecture.build(&ImportSpec::from_json(&spec).unwrap().architecture.options()).unwrap();
        let checkpoint = Checkpoint::read(&bytes).unwrap();
        let exact = checkpoint.weights(&graph, |name| architecture.is_unused_entry(name)).unwrap();
        let (_, exact) = fold_affines(&graph, &exact);
        let quantised = model.weights.dequantise();
        let error = exact
            .iter()
            .map(|(name, tensor)| QuantisationError::between(tensor, &quantised[name]))
            .reduce(QuantisationError::and)
            .unwrap();
        println!(
            "s = {scale} {data}: {} bytes, relative RMS error {:.5}",
            model.size_bytes,
            error.relative_rms()
        );
        assert_eq!(model.weights.precision(), Precision::Int8);
        assert!(error.relative_rms() < 0.01 && model.size_bytes < 1_500_000);
    }
}

#[test]
fn catalogue_checkpoints_convert_by_their_entries() {
    let Some(folder) = published_weights("importing the catalogue's checkpoints") else { return };
    let catalogue = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/catalogue.json")).unwrap();
    let catalogue: Value = serde_json::from_slice(&catalogue).unwrap();
    let fetched: Vec<_> =
        catalogue["models"].as_array().unwrap().iter().filter(|e| e["source"].is_object()).collect();
    assert!(!fetched.is_empty());
    for entry in fetched {
        let file = entry["source"]["url"].as_str().unwrap().rsplit('/').next().unwrap();
        let bytes = fs::read(folder.join("espnet_v2").join(file)).unwrap();
        let model =
            Model::from_bytes(&convert(&bytes, &entry.to_string(), Precision::Int8).unwrap()).unwrap();
        assert_eq!(model.info.id, entry["id"].as_str().unwrap());
        assert_eq!(model.info.source.unwrap().sha256, entry["source"]["sha256"].as_str().unwrap(), "{file}");
    }
}

/// A network is told from all others by its tensors, with its width and its number of classes.
#[test]
fn checkpoints_say_which_network_they_are_of() {
    let is_chosen = |name: &str, scale: Option<f64>| scale.is_some() || LIGHT.contains(&name);
    for (name, architecture, scale) in whole_zoo().filter(|(name, _, scale)| is_chosen(name, *scale)) {
        let graph = architecture.build(&Options { scale, classes: 7 }).unwrap();
        let weights = random_weights(&graph);
        let found = Checkpoint::read(&checkpoint(&graph, &weights)).unwrap().identify().unwrap();
        assert_eq!((found.name.as_str(), found.classes), (architecture.name.as_str(), 7));
        let usual = |scale: Option<f64>| scale.unwrap_or(1.0);
        assert_eq!(usual(found.scale), usual(scale), "{name}");
    }
}

/// So it does not matter which of two a checkpoint is taken for.
#[test]
fn networks_with_the_same_tensors_are_the_same() {
    let mut seen = HashMap::new();
    for architecture in zoo::all() {
        for scale in architecture.scale_choices() {
            let graph = architecture.build(&Options { scale, classes: 7 }).unwrap();
            let mut shapes = graph.weight_shapes().unwrap();
            shapes.sort();
            let name = format!("{} {scale:?}", architecture.name);
            if let Some((other, same)) = seen.insert(shapes, (name.clone(), graph.clone())) {
                assert_eq!(graph, same, "{name} and {other}");
            }
        }
    }
    assert!(seen.len() > 200, "{}", seen.len());
}

#[test]
fn tensors_of_no_network_are_refused_with_what_to_do() {
    let error = Checkpoint::read(&golden("plain.pth")).unwrap().identify().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelUnsupported);
    assert!(error.to_string().contains("as ONNX"), "{error}");
}
