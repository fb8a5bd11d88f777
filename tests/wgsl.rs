//! The WGSL executor against PyTorch's goldens and the reference, on a native driver (a software one will do).

mod common;

use common::{argmax, assert_close, golden_networks, golden_ops, golden_trained, same_argmax};
use segscope::graph::random::random_picture;
use segscope::graph::{Graph, Tensor, Weights, passes};
use segscope::reference::Reference;
use segscope::weights::quantise::quantise;
use segscope::weights::{Precision, QuantisedWeights};
use segscope::wgsl::{Executor, Gpu, Network, Pipelines};

/// Runs each picture of a batch; `[n, c, h, w]` of the graph's output.
fn run(
    gpu: &Gpu,
    graph: &Graph,
    weights: &QuantisedWeights,
    input: &[f32],
    [n, c, h, w]: [usize; 4],
) -> Tensor {
    let network = Network::new(gpu, graph.clone(), weights).unwrap();
    let mut pipelines = Pipelines::new(gpu);
    let executor = Executor::new(gpu, &mut pipelines, &network, [h, w], &[graph.output]).unwrap();
    let mut data = Vec::new();
    let mut shape = Vec::new();
    for picture in input.chunks(c * h * w) {
        executor.write_input(gpu, picture);
        executor.submit(gpu);
        let output = pollster::block_on(executor.read(gpu, graph.output)).unwrap();
        data.extend(output.data);
        shape = output.shape;
    }
    shape[0] = n;
    Tensor::new(shape, data)
}

fn gpu() -> Gpu {
    pollster::block_on(Gpu::new()).expect("a Vulkan, Metal or DX12 adapter; Mesa's lavapipe will do")
}

#[test]
fn every_operation_equals_pytorch() {
    let gpu = gpu();
    for case in golden_ops() {
        let (graph, weights) = passes::fold_batch_norms(&case.graph, &case.weights);
        let ours = run(&gpu, &graph, &quantise(&weights, Precision::F32), &case.input, case.shape);
        assert_close(&case.name, &ours, &case.output, 1e-5, 1e-4);
    }
}

#[test]
fn every_network_equals_pytorch() {
    let gpu = gpu();
    for case in golden_networks() {
        let (graph, weights) = passes::fold_batch_norms(&case.graph, &case.weights);
        let ours = run(&gpu, &graph, &quantise(&weights, Precision::F32), &case.input, case.shape);
        assert_close(&case.name, &ours, &case.output, 1e-3, 1e-2);
        let same = same_argmax(&ours, &case.output);
        println!("{}: same argmax as PyTorch on {:.3} % of pixels, f32", case.name, same * 100.0);
        assert!(same >= 0.999, "{}: same argmax on {same} of pixels", case.name);
    }
}

#[test]
fn int8_kernels_equal_the_reference_on_the_same_weights() {
    let gpu = gpu();
    for case in golden_networks() {
        let (graph, weights) = passes::fold_batch_norms(&case.graph, &case.weights);
        let int8 = quantise(&weights, Precision::Int8);
        let ours = run(&gpu, &graph, &int8, &case.input, case.shape);
        let reference =
            Reference::new(&graph, &int8.dequantise()).unwrap().run(&case.input, case.shape).unwrap();
        assert_close(&case.name, &ours, &reference, 1e-3, 1e-2);
    }
}

#[test]
fn int8_weights_keep_the_classes_of_trained_networks() {
    let gpu = gpu();
    for trained in golden_trained() {
        let model = &trained.model;
        let ours = run(&gpu, &model.graph, &model.weights, &trained.input, trained.shape);
        let ids = argmax(&ours);
        let same = ids.iter().zip(&trained.classes).filter(|(a, b)| a == b).count() as f64 / ids.len() as f64;
        println!("{}: same class as PyTorch in f32 on {:.3} % of pixels", model.info.id, same * 100.0);
        assert!(same >= 0.99, "{}: same class on {same} of pixels", model.info.id);
    }
}

/// Every node as a tap: the unfused plan, and which layer is wrong if one is.
#[test]
fn every_layer_equals_the_reference() {
    let gpu = gpu();
    for case in golden_networks() {
        let (graph, weights) = passes::fold_batch_norms(&case.graph, &case.weights);
        let [_, c, h, w] = case.shape;
        let input = random_picture([1, c, h, w]);
        let expected = reference_layers(&graph, &weights, &input, [1, c, h, w]);
        let taps: Vec<_> = (1..graph.nodes.len()).collect();
        let network = Network::new(&gpu, graph.clone(), &quantise(&weights, Precision::F32)).unwrap();
        let executor = Executor::new(&gpu, &mut Pipelines::new(&gpu), &network, [h, w], &taps).unwrap();
        executor.write_input(&gpu, &input);
        executor.submit(&gpu);
        for &tap in &taps {
            let ours = pollster::block_on(executor.read(&gpu, tap)).unwrap();
            assert_close(
                &format!("{} {}", case.name, graph.node(tap).name),
                &ours,
                &expected[tap],
                1e-3,
                1e-2,
            );
        }
    }
}

fn reference_layers(graph: &Graph, weights: &Weights, input: &[f32], shape: [usize; 4]) -> Vec<Tensor> {
    Reference::new(graph, weights).unwrap().run_all(input, shape).unwrap()
}
