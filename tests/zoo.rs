//! The zoo: parameter counts of PyTorch, shapes at any size, options, and entries of checkpoints that may be left over.

mod common;

use std::collections::BTreeSet;

use common::{golden_path, network, whole_zoo};
use segscope::ErrorKind;
use segscope::graph::Graph;
use segscope::zoo::{self, Architecture, MAX_CLASSES, Options};

fn build(architecture: &Architecture, scale: Option<f64>, classes: usize) -> Graph {
    architecture.build(&Options { scale, classes }).unwrap()
}

#[test]
fn parameters_and_macs_are_pytorchs() {
    let json = std::fs::read_to_string(golden_path("counts.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&json).unwrap();
    let number = |value: &serde_json::Value| value.as_u64().unwrap();
    let [classes, height, width] = ["classes", "height", "width"].map(|key| number(&golden[key]) as usize);
    let networks = golden["networks"].as_object().unwrap();
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, architecture, scale) in whole_zoo() {
        let Some(counts) = networks.get(&name) else {
            wrong.push(format!("{name} is not in counts.json"));
            continue;
        };
        let graph = build(&architecture, scale, classes);
        let ours = [graph.parameters().unwrap() as u64, graph.macs(height, width).unwrap()];
        let theirs = ["parameters", "macs"].map(|key| number(&counts[key]));
        if ours != theirs {
            wrong.push(format!("{name}: parameters and macs are {ours:?}, PyTorch's {theirs:?}"));
        }
        seen.insert(name);
    }
    let unknown = networks.keys().filter(|name| !seen.contains(*name));
    wrong.extend(unknown.map(|name| format!("{name} is not in the zoo")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_architecture_keeps_the_size_of_its_input() {
    for (name, architecture, scale) in whole_zoo() {
        let multiple = 32usize.next_multiple_of(architecture.input_multiple);
        let graph = build(&architecture, scale, 7);
        for (h, w) in [(multiple, 3 * multiple), (5 * multiple, 2 * multiple), (256, 512)] {
            let shapes = graph.shapes(2, h, w).unwrap_or_else(|e| panic!("{name} at {h}x{w}: {e}"));
            assert_eq!(shapes[graph.output], [2, 7, h, w], "{name}");
        }
    }
}

#[test]
fn options_that_do_not_exist_are_errors() {
    let cases: [(&str, Option<f64>, usize, ErrorKind, &str); 11] = [
        ("unet_resnet19", None, 5, ErrorKind::ModelUnsupported, "the closest name is \"unet_resnet18\""),
        ("unet", None, 5, ErrorKind::ModelUnsupported, "linknet, pspnet, fpn"),
        ("linknet_mit_b0", None, 5, ErrorKind::ModelUnsupported, "unet_mit_b0"),
        ("", None, 5, ErrorKind::ModelUnsupported, "enet"),
        ("espnet_v2", None, 5, ErrorKind::OutOfRange, "0.5, 1.0, 2.0"),
        ("espnet_v2", Some(0.75), 5, ErrorKind::OutOfRange, "0.5, 1.0, 2.0"),
        ("espnet_v2", Some(f64::NAN), 5, ErrorKind::OutOfRange, "0.5, 1.0, 2.0"),
        ("unet_resnet34", Some(1.0), 5, ErrorKind::OutOfRange, "no scale"),
        ("unet_resnet18", Some(0.25), 5, ErrorKind::OutOfRange, "0.5, 1.0"),
        ("unet_resnet18", None, 0, ErrorKind::OutOfRange, "1 to 255"),
        ("unet_resnet18", None, MAX_CLASSES + 1, ErrorKind::OutOfRange, "1 to 255"),
    ];
    for (name, scale, classes, kind, hint) in cases {
        let error = zoo::build(name, &Options { scale, classes }).unwrap_err();
        assert_eq!(error.kind(), kind, "{name} {scale:?} {classes}");
        assert!(error.to_string().contains(hint), "{error}");
    }
    for classes in [1, MAX_CLASSES] {
        assert!(zoo::build("unet_resnet18", &Options { scale: None, classes }).is_ok());
    }
    let unet = |scale| zoo::build("unet_resnet18", &Options { scale, classes: 5 }).unwrap();
    assert_eq!(unet(None), unet(Some(1.0)), "the usual width");
}

#[test]
fn unused_entries_are_told_from_surplus_ones() {
    let cases = [
        ("espnet_v2", "base_net.level1.bn.num_batches_tracked", true),
        ("espnet_v2", "base_net.level3_0.eesp.module_act.weight", true),
        ("espnet_v2", "base_net.level3.0.module_act.weight", false),
        ("espnet_v2", "base_net.level5.0.module_act.weight", false),
        ("unet_resnet18", "classification_head.3.weight", true),
        ("unet_resnet18", "segmentation_head.0.weight", false),
        ("lraspp_mobilenet_v3_large", "classification_head.3.weight", false),
        ("fcn_resnet50", "aux_classifier.4.weight", true),
        ("fcn_resnet50", "classifier.4.weight", false),
        ("unet_efficientnet-b0", "encoder._conv_head.weight", true),
        ("unet_efficientnet-b0", "encoder._bn1.running_mean", true),
        ("unet_efficientnet-b0", "encoder._blocks.0._bn1.running_mean", false),
        // PSPNet ends its encoder at stride 8.
        ("pspnet_resnet18", "encoder.layer3.0.conv1.weight", true),
        ("pspnet_resnet18", "encoder.layer2.0.conv1.weight", false),
        ("pspnet_vgg16", "encoder.features.24.weight", true),
        ("pspnet_vgg16", "encoder.features.21.weight", false),
        ("pspnet_mit_b0", "encoder.norm3.weight", true),
        ("pspnet_mit_b0", "encoder.norm2.weight", false),
        ("fpn_resnet18", "encoder.layer3.0.conv1.weight", false),
    ];
    for (architecture, entry, expected) in cases {
        assert_eq!(
            zoo::find(architecture).unwrap().is_unused_entry(entry),
            expected,
            "{architecture} {entry}"
        );
    }
    // What inference reads is never among them.
    for (name, architecture, scale) in whole_zoo() {
        for node in &build(&architecture, scale, 5).nodes {
            let clash = node.weights.iter().find(|weight| architecture.is_unused_entry(weight));
            assert_eq!(clash, None, "{name}");
        }
    }
}

/// Every layer of the authors' trace that has weights, with the shape it has there.
#[test]
fn espnet_v2_has_the_shapes_of_the_authors_trace() {
    let Some(folder) = common::published_weights("the trace of ESPNetv2") else { return };
    for (file, classes, h, w) in
        [("espnetv2_s_2.0_pascal_384x384", 21, 128, 160), ("espnetv2_s_2.0_city_1024x512", 20, 128, 192)]
    {
        let graph = network("espnet_v2", Some(2.0), classes);
        let shapes = graph.shapes(1, h, w).unwrap();
        let trace = std::fs::read_to_string(folder.join(format!("espnet_v2/{file}.trace.jsonl"))).unwrap();
        let mut seen = 0;
        for line in trace.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let Some(weight) = line["args"][1].as_str().and_then(|name| name.strip_suffix(".weight")) else {
                continue;
            };
            let name = weight.trim_start_matches('%');
            let id = graph.find(name).unwrap_or_else(|| panic!("{file}: there is no {name}"));
            let shape: Vec<usize> = serde_json::from_value(line["shape"].clone()).unwrap();
            assert_eq!(shapes[id][..], shape, "{file}: {name}");
            seen += 1;
        }
        let with_weights = graph.nodes.iter().filter(|node| !node.weights.is_empty()).count();
        assert_eq!(seen, with_weights, "{file}: layers with weights");
    }
}
