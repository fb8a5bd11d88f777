//! The self-test passes on both backends, and a wrong kernel, weight or number fails it.

mod common;

use common::{gpu, half_precision_gpu, shipped};
use segscope::error::ErrorKind;
use segscope::plan::WeightFormat;
use segscope::session::{Backend, Cpu, Session};
use segscope::weights::{Model, ReferenceNumbers, Stored};

fn loaded<B: Backend>(backend: B, file: &[u8]) -> Session<B> {
    let session = Session::new(backend);
    session.load_model(file).unwrap();
    session
}

#[test]
fn every_model_that_ships_passes_on_both_backends() {
    for id in ["people", "clothing", "street"] {
        let file = shipped(id);
        let on_cpu = pollster::block_on(loaded(Cpu, &file).self_test(None)).unwrap();
        let on_gpu = pollster::block_on(loaded(gpu(), &file).self_test(None)).unwrap();
        let int8 = gpu();
        int8.set_int8_products(true);
        let in_int8 = pollster::block_on(loaded(int8, &file).self_test(None)).unwrap();
        let mut tests = vec![("simd", on_cpu), ("wgsl", on_gpu), ("wgsl in int8", in_int8)];
        for int8 in [false, true] {
            let Some(half) = half_precision_gpu("the self-test") else { continue };
            half.set_int8_products(int8);
            let place = if int8 { "wgsl in f16 and int8" } else { "wgsl in f16" };
            tests.push((place, pollster::block_on(loaded(half, &file).self_test(None)).unwrap()));
        }
        for (place, test) in tests {
            println!(
                "{id} {place}: {} steps, worst {:.2e}, tolerance {:.0e}",
                test.steps, test.worst, test.tolerance
            );
            assert!(test.steps > 100 && test.first_wrong.is_none(), "{id} {place}: {test:?}");
            // What rounds at each step spreads differently on every adapter.
            let margin = if place.contains("f16") || place.contains("int8") { 2.0 } else { 5.0 };
            assert!(test.worst < test.tolerance / margin, "{id} {place}: {test:?}");
        }
    }
}

/// One channel in 256 with the wrong sign: less than any wrong kernel does.
#[test]
fn one_wrong_channel_is_found_where_it_is() {
    let mut model = Model::from_bytes(&shipped("people")).unwrap();
    let layer = "base_net.level3.2.conv_1x1_exp.conv.weight";
    let name = model.weights.0.keys().find(|name| *name == layer).expect("the layer is there").clone();
    let Stored::Int8 { values, .. } = model.weights.0.get_mut(&name).unwrap() else {
        panic!("{name} is int8")
    };
    values[5] ^= 0x40;
    let file = Model::new(&model.info, &model.graph, &model.weights).unwrap().to_bytes();
    let test = pollster::block_on(loaded(gpu(), &file).self_test(None)).unwrap();
    let wrong = test.first_wrong.expect("the self-test sees it");
    assert!(wrong.starts_with("base_net.level3.2"), "{wrong}");
}

/// The tolerance in int8 is wide; a layer that subtracts what it should add is still found.
#[test]
fn a_wrong_layer_is_found_in_int8() {
    for layer in ["base_net.level1.conv.weight", "base_net.level3.2.conv_1x1_exp.conv.weight"] {
        let mut model = Model::from_bytes(&shipped("people")).unwrap();
        let Some(Stored::Int8 { values, .. }) = model.weights.0.get_mut(layer) else {
            panic!("{layer} is int8")
        };
        values.iter_mut().for_each(|value| *value = -*value);
        let file = Model::new(&model.info, &model.graph, &model.weights).unwrap().to_bytes();
        let int8 = gpu();
        int8.set_int8_products(true);
        let session = loaded(int8, &file);
        assert_eq!(session.weight_format(), Some(WeightFormat::Int8Products));
        let test = pollster::block_on(session.self_test(None)).unwrap();
        println!("{layer} subtracted: worst {:.2}, first at {:?}", test.worst, test.first_wrong);
        assert!(test.first_wrong.is_some(), "{layer}: {test:?}");
    }
}

#[test]
fn a_file_without_numbers_is_tested_against_the_other_backend() {
    let mut model = Model::from_bytes(&shipped("people")).unwrap();
    model.info.reference = None;
    let file = Model::new(&model.info, &model.graph, &model.weights).unwrap().to_bytes();
    let cpu = loaded(Cpu, &file);
    assert_eq!(pollster::block_on(cpu.self_test(None)).unwrap().steps, 0);
    let numbers = pollster::block_on(cpu.own_numbers()).unwrap();
    let test = pollster::block_on(loaded(gpu(), &file).self_test(Some(&numbers))).unwrap();
    assert!(test.steps > 100 && test.first_wrong.is_none(), "{test:?}");
}

#[test]
fn numbers_of_another_graph_are_refused() {
    let mut model = Model::from_bytes(&shipped("people")).unwrap();
    model.info.reference = Some(ReferenceNumbers { size: [64, 96], tolerance: 0.0, nodes: vec![None; 3] });
    let error = Model::new(&model.info, &model.graph, &model.weights).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelInvalid);
}
