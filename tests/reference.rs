//! The reference against PyTorch: single operations, whole networks, and the published ESPNetv2 checkpoints.

mod common;

use common::{
    argmax, assert_close, exported_networks, golden_networks, golden_ops, golden_path, light_networks,
    magnitude, network, published_weights, same_argmax, tensor,
};
use safetensors::SafeTensors;
use segscope::ErrorKind;
use segscope::graph::passes::fold_affines;
use segscope::graph::random::{random_picture, random_weights};
use segscope::graph::{Shape, Tensor};
use segscope::reference::Reference;

#[test]
fn every_operation_equals_pytorch() {
    for case in golden_ops() {
        let ours = Reference::new(&case.graph, &case.weights).unwrap().run(&case.input, case.shape).unwrap();
        assert_close(&case.name, &ours, &case.output, 1e-5, 1e-4);
    }
}

/// In a batch of two and alone.
#[test]
fn every_network_equals_pytorch() {
    for case in golden_networks() {
        let reference = Reference::new(&case.graph, &case.weights).unwrap();
        let ours = reference.run(&case.input, case.shape).unwrap();
        let [n, c, h, w] = case.shape;
        let shape = [3 - n, c, h, w];
        // It begins with the same picture.
        let other = reference.run(&random_picture(shape), shape).unwrap();
        let [ours_first, other_first] = [&ours, &other].map(first_of_batch);
        assert_close(&case.name, &other_first, &ours_first, 1e-4 * magnitude(&ours_first), 1e-3);
        let difference = assert_close(&case.name, &ours, &case.output, 1e-4 * magnitude(&case.output), 1e-3);
        println!("{}: largest difference from PyTorch {difference:e}", case.name);
        let file = std::fs::read(golden_path(&format!("{}.safetensors", case.name))).unwrap();
        let theirs = tensor(&SafeTensors::deserialize(&file).unwrap(), "argmax").data;
        assert_same_classes(&case.name, &ours, &theirs);
    }
}

fn first_of_batch(scores: &Tensor) -> Tensor {
    let shape = [&[1], &scores.shape[1..]].concat();
    let values = shape.iter().product();
    Tensor::new(shape, scores.data[..values].to_vec())
}

/// Also as ONNX files: tests/onnx_import.rs.
#[test]
fn networks_of_the_exporter_equal_pytorch() {
    for case in exported_networks() {
        let ours = Reference::new(&case.graph, &case.weights).unwrap().run(&case.input, case.shape).unwrap();
        let difference = assert_close(&case.name, &ours, &case.output, 1e-4 * magnitude(&case.output), 1e-3);
        println!("{}: {} nodes, {difference:e}", case.name, case.graph.nodes.len());
        let same = same_argmax(&ours, &case.output);
        assert!(same >= 0.9995, "{}: {same}", case.name);
    }
}

#[test]
fn folding_batch_norms_keeps_the_outputs() {
    for case in light_networks() {
        let (graph, weights) = fold_affines(&case.graph, &case.weights);
        assert!(graph.nodes.iter().all(|node| node.op.name() != "batch_norm"), "{}", case.name);
        let before =
            Reference::new(&case.graph, &case.weights).unwrap().run(&case.input, case.shape).unwrap();
        let after = Reference::new(&graph, &weights).unwrap().run(&case.input, case.shape).unwrap();
        let difference = assert_close(&case.name, &after, &before, 1e-4 * magnitude(&before), 1e-3);
        println!("{}: largest difference after folding {difference:e}", case.name);
    }
}

/// The authors' own outputs for their own weights.
#[cfg(feature = "import")]
#[test]
fn published_espnet_v2_equals_the_authors_code() {
    use segscope::weights::import::Checkpoint;

    /// Modules whose first 8 channels the golden files hold, and the nodes they end in.
    const AFTER: [(&str, &str); 8] = [
        ("base_net.level1", "base_net.level1.act"),
        ("base_net.level2_0", "base_net.level2_0.act"),
        ("base_net.level3_0", "base_net.level3_0.act"),
        ("base_net.level4_0", "base_net.level4_0.act"),
        ("bu_dec_l1", "bu_dec_l1.br.br.1"),
        ("bu_dec_l2", "bu_dec_l2.br.br.1"),
        ("bu_dec_l3", "bu_dec_l3.br.br.1"),
        ("bu_dec_l4", "bu_dec_l4.merge_layer.3"),
    ];
    let Some(folder) = published_weights("the published ESPNetv2") else { return };
    for (file, scale, classes) in [
        ("espnetv2_s_0.5_pascal_384x384", 0.5, 21),
        ("espnetv2_s_1.0_pascal_384x384", 1.0, 21),
        ("espnetv2_s_1.0_city_1024x512", 1.0, 20),
        ("espnetv2_s_2.0_pascal_384x384", 2.0, 21),
        ("espnetv2_s_2.0_city_1024x512", 2.0, 20),
    ] {
        let graph = network("espnet_v2", Some(scale), classes);
        let architecture = segscope::zoo::find("espnet_v2").unwrap();
        let checkpoint = std::fs::read(folder.join(format!("espnet_v2/{file}.pth"))).unwrap();
        let weights = Checkpoint::read(&checkpoint)
            .and_then(|c| c.weights(&graph, |name| architecture.is_unused_entry(name)))
            .unwrap();
        let golden = std::fs::read(folder.join(format!("espnet_v2/{file}.golden.safetensors"))).unwrap();
        let golden = SafeTensors::deserialize(&golden).unwrap();
        let input = tensor(&golden, "input");
        let shape: Shape = input.shape[..].try_into().unwrap();
        let outputs = Reference::new(&graph, &weights).unwrap().run_all(&input.data, shape).unwrap();
        for (module, node) in AFTER {
            let ours = first_channels(&outputs[graph.find(node).unwrap()], 8);
            let theirs = tensor(&golden, &format!("after.{module}"));
            assert_close(&format!("{file} {module}"), &ours, &theirs, 1e-3, 1e-3);
        }
        let logits = &outputs[graph.output];
        let difference = assert_close(file, logits, &tensor(&golden, "logits"), 1e-3, 1e-3);
        println!("{file}: largest difference from the authors' f16 logits {difference:e}");
        assert_same_classes(file, logits, &tensor(&golden, "argmax").data);
    }
}

#[test]
fn every_node_can_be_read() {
    let graph = network("lraspp_mobilenet_v3_small", None, 3);
    let shape = [1, 3, 33, 47];
    let input = random_picture(shape);
    let reference = Reference::new(&graph, &random_weights(&graph)).unwrap();
    let all = reference.run_all(&input, shape).unwrap();
    assert_eq!(all[0].data, input);
    for (output, expected) in all.iter().zip(graph.shapes(1, 33, 47).unwrap()) {
        assert_eq!(output.shape, expected);
    }
    let some = reference.run_nodes(&input, shape, &[5, graph.output, 5]).unwrap();
    assert_eq!(some, [all[5].clone(), all[graph.output].clone(), all[5].clone()]);
    let error = reference.run_nodes(&input, shape, &[graph.nodes.len()]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchLayer);
}

#[test]
fn weights_and_inputs_that_do_not_fit_are_errors() {
    let graph = network("lraspp_mobilenet_v3_small", None, 3);
    let mut weights = random_weights(&graph);
    let reference = Reference::new(&graph, &weights).unwrap();
    for (len, shape) in [(10, [1, 3, 32, 32]), (2048, [1, 2, 32, 32]), (0, [0, 3, 32, 32])] {
        let error = reference.run(&vec![0.0; len], shape).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InputSize, "{error}");
    }
    weights.remove("backbone.0.0.weight");
    weights.insert("classifier.low_classifier.bias".into(), Tensor::new([4], vec![0.0; 4]));
    let Err(error) = Reference::new(&graph, &weights) else { panic!("these weights do not fit") };
    assert_eq!(error.kind(), ErrorKind::WeightsMismatch);
    for name in ["backbone.0.0.weight", "classifier.low_classifier.bias"] {
        assert!(error.to_string().contains(name), "{error}");
    }
}

/// The same class on every pixel but those where the two best scores are closer than f32 sums are exact.
#[track_caller]
fn assert_same_classes(name: &str, ours: &Tensor, theirs: &[f32]) {
    const TIE: f32 = 1e-4;
    let [_, classes, h, w] = ours.shape[..] else { panic!("{name}: scores have the shape {:?}", ours.shape) };
    for (i, (a, &b)) in argmax(ours).into_iter().zip(theirs).enumerate() {
        let score = |class: usize| ours.data[(i / (h * w) * classes + class) * h * w + i % (h * w)];
        let gap = score(a.into()) - score(b as usize);
        assert!(
            f32::from(a) == b || gap < TIE,
            "{name}: class {a} at pixel {i}, theirs {b}, scores {gap} apart"
        );
    }
}

fn first_channels(tensor: &Tensor, count: usize) -> Tensor {
    let [n, c, h, w] = tensor.shape[..] else { panic!("a map has the shape {:?}", tensor.shape) };
    assert_eq!(n, 1, "the first channels of a batch are not contiguous");
    assert!(c >= count);
    Tensor::new([1, count, h, w], tensor.data[..count * h * w].to_vec())
}
