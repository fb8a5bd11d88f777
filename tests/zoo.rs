//! The zoo: parameter counts of PyTorch, shapes at any size, options, and entries of checkpoints that may be left over.

mod common;

use common::{NETWORKS, golden_path, network};
use segscope::ErrorKind;
use segscope::zoo::{self, ARCHITECTURES, MAX_CLASSES, Options};

#[test]
fn parameters_and_macs_are_pytorchs() {
    let json = std::fs::read_to_string(golden_path("counts.json")).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&json).unwrap();
    let number = |value: &serde_json::Value| value.as_u64().unwrap();
    let [classes, height, width] = ["classes", "height", "width"].map(|key| number(&golden[key]) as usize);
    for (name, architecture, scale, _) in NETWORKS {
        let graph = network(architecture, scale, classes);
        let counts = &golden["networks"][name];
        assert_eq!(graph.parameters().unwrap() as u64, number(&counts["parameters"]), "{name}: parameters");
        assert_eq!(graph.macs(height, width).unwrap(), number(&counts["macs"]), "{name}: macs");
    }
}

#[test]
fn every_architecture_keeps_the_size_of_its_input() {
    for (name, architecture, scale, _) in NETWORKS {
        let multiple = zoo::find(architecture).unwrap().input_multiple;
        let graph = network(architecture, scale, 7);
        for (h, w) in [(multiple, 3 * multiple), (5 * multiple, 2 * multiple), (16 * multiple, 32 * multiple)]
        {
            assert_eq!(graph.shapes(2, h, w).unwrap()[graph.output], [2, 7, h, w], "{name}");
        }
    }
}

#[test]
fn the_golden_networks_are_the_whole_zoo() {
    for architecture in ARCHITECTURES {
        let tested = NETWORKS.iter().filter(|(_, name, ..)| *name == architecture.name).count();
        assert_eq!(tested, architecture.scales.len().max(1), "{}", architecture.name);
    }
}

#[test]
fn options_that_do_not_exist_are_errors() {
    let cases: [(&str, Option<f64>, usize, ErrorKind, &str); 7] = [
        ("unet_resnet19", None, 5, ErrorKind::ModelUnsupported, "unet_resnet18"),
        ("espnet_v2", None, 5, ErrorKind::OutOfRange, "0.5, 1.0, 2.0"),
        ("espnet_v2", Some(0.75), 5, ErrorKind::OutOfRange, "0.5, 1.0, 2.0"),
        ("espnet_v2", Some(f64::NAN), 5, ErrorKind::OutOfRange, "0.5, 1.0, 2.0"),
        ("unet_resnet18", Some(1.0), 5, ErrorKind::OutOfRange, "no scale"),
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
    ];
    for (architecture, entry, expected) in cases {
        assert_eq!(
            zoo::find(architecture).unwrap().is_unused_entry(entry),
            expected,
            "{architecture} {entry}"
        );
    }
    // What inference reads is never among them.
    for (name, architecture, scale, _) in NETWORKS {
        for node in &network(architecture, scale, 5).nodes {
            let clash = node.weights.iter().find(|w| zoo::find(architecture).unwrap().is_unused_entry(w));
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
