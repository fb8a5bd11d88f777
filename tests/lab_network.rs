//! What lessons do to a live network: edits, values, attention, and gradients, those against PyTorch's.
#![cfg(all(feature = "engine", feature = "gradients"))]

mod common;

use std::rc::Rc;

use common::{golden_path, magnitude, networks_where, shipped, tensor};
use safetensors::SafeTensors;
use segscope::ErrorKind;
use segscope::graph::edits::Edit;
use segscope::graph::random::random_picture;
use segscope::graph::{Interpolation, Op};
use segscope::lab::live::Live;
use segscope::reference::{Position, input_gradient};
use segscope::simd::Picture;
use segscope::weights::Model;

fn live(id: &str) -> Live {
    Live::new(Model::from_bytes(&shipped(id)).unwrap()).unwrap()
}

/// Blocks of colour under noise, as bytes.
fn picture(width: usize, height: usize) -> Rc<Picture> {
    let values = random_picture([1, 3, height, width]);
    let byte = |value: f32| (127.0 + 50.0 * value).clamp(0.0, 255.0) as u8;
    let pixel = |i: usize| [0, 1, 2].map(|c| byte(values[c * width * height + i]));
    let rgba = (0..width * height).flat_map(|i| pixel(i).into_iter().chain([255])).collect();
    Rc::new(Picture::new(width as u32, rgba))
}

/// The inputs of additions that join score maps, as the lesson on skips finds them.
fn skips(live: &Live) -> Vec<(String, usize)> {
    let graph = live.graph();
    let additions = graph.nodes.iter().filter(|node| node.op == Op::Add);
    let joined =
        additions.flat_map(|node| node.inputs.iter().enumerate().map(move |(i, &from)| (node, i, from)));
    let is_score = |from: usize| matches!(&graph.node(from).op, Op::Crop2d { .. } | Op::Conv2d(_));
    joined.filter(|(.., from)| is_score(*from)).map(|(node, i, _)| (node.name.clone(), i)).collect()
}

#[test]
fn gradients_are_pytorchs() {
    let file = std::fs::read(golden_path("gradients.safetensors")).unwrap();
    let golden = SafeTensors::deserialize(&file).unwrap();
    let names = golden.names();
    assert!(names.len() >= 9, "{names:?}");
    let mut wrong = Vec::new();
    for case in networks_where(|name| names.contains(&name)) {
        let theirs = tensor(&golden, &case.name);
        let [_, channels, height, width] = case.shape;
        let shape = [1, channels, height, width];
        let input = &case.input[..channels * height * width];
        let at = Position { node: case.graph.output, channel: None, y: height / 3, x: width / 2 };
        let mut ours = input_gradient(&case.graph, &case.weights, input, shape, at).unwrap();
        ours.shape.remove(0);
        let scale = theirs.data.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let difference =
            ours.data.iter().zip(&theirs.data).fold(0.0f32, |most, (a, b)| most.max((a - b).abs()));
        println!("{}: {difference:e} of {scale:e}", case.name);
        if difference > 1e-4 * scale {
            wrong.push(case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_position_outside_the_map_is_refused() {
    let case = networks_where(|name| name == "enet").next().unwrap();
    let [_, c, h, w] = case.shape;
    let gradient =
        |at| input_gradient(&case.graph, &case.weights, &case.input[..c * h * w], [1, c, h, w], at);
    let at = Position { node: case.graph.output, channel: Some(4), y: h - 1, x: w - 1 };
    assert!(gradient(at).is_ok());
    for wrong in [Position { y: h, ..at }, Position { x: w, ..at }, Position { channel: Some(5), ..at }] {
        assert_eq!(gradient(wrong).unwrap_err().kind(), ErrorKind::OutOfRange, "{wrong:?}");
    }
    let gone = Position { node: case.graph.nodes.len(), ..at };
    assert_eq!(gradient(gone).unwrap_err().kind(), ErrorKind::NoSuchLayer);
}

#[test]
fn a_skip_that_is_cut_counts_no_more_and_one_that_is_mended_counts_as_before() {
    let mut live = live("fcn8s");
    let picture = picture(160, 120);
    let whole = live.run(picture.clone()).unwrap();
    let skips = skips(&live);
    assert!(skips.len() >= 2, "{skips:?}");
    let scaled = |factor: f32| -> Vec<Edit> {
        skips.iter().map(|(node, input)| Edit::Scale { node: node.clone(), input: *input, factor }).collect()
    };
    live.set_edits(&scaled(1.0)).unwrap();
    assert_eq!(live.run(picture.clone()).unwrap().mask, whole.mask);
    live.set_edits(&scaled(0.0)).unwrap();
    let cut = live.run(picture.clone()).unwrap().mask;
    assert_ne!(cut, whole.mask);
    live.set_edits(&scaled(-0.0)).unwrap();
    assert_eq!(live.run(picture.clone()).unwrap().mask, cut);
    live.set_edits(&[]).unwrap();
    assert_eq!(live.run(picture).unwrap().mask, whole.mask);
}

#[test]
fn an_edit_that_cannot_be_leaves_the_network_as_it_was() {
    let mut live = live("segnet");
    let picture = picture(96, 64);
    let unpool =
        live.graph().nodes.iter().find(|node| matches!(node.op, Op::MaxUnpool2d(_))).unwrap().name.clone();
    live.set_edits(&[Edit::ForgetIndices { node: unpool.clone() }]).unwrap();
    let forgetful = live.run(picture.clone()).unwrap().mask;
    let error =
        live.set_edits(&[Edit::Interpolate { node: unpool, mode: Interpolation::Nearest }]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange);
    assert_eq!(live.run(picture.clone()).unwrap().mask, forgetful);
    live.set_edits(&[]).unwrap();
    assert_ne!(live.run(picture).unwrap().mask, forgetful);
}

#[test]
fn attention_reads_what_the_node_reads() {
    let mut live = live("segformer_b0");
    let picture = picture(128, 96);
    let attends = |op: &Op| matches!(op, Op::Attention { .. });
    let node = live.graph().nodes.iter().find(|node| attends(&node.op)).unwrap().clone();
    let Op::Attention { heads } = node.op else { unreachable!() };
    let names = [0, 1].map(|input| live.graph().node(node.inputs[input]).name.clone());
    assert_eq!(live.attention(&node.name, [0, 0]).unwrap_err().kind(), ErrorKind::NoResult);
    live.set_taps(names.iter().cloned().collect()).unwrap();
    live.run(picture).unwrap();
    let keys = live.value(&names[1]).unwrap();
    let map = live.attention(&node.name, [3, 5]).unwrap();
    assert_eq!(map.shape, [heads, keys.shape[2], keys.shape[3]]);
    for head in map.data.chunks(keys.shape[2] * keys.shape[3]) {
        let sum: f32 = head.iter().sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
    }
}

/// burn on the edited graph, and the executor that the lesson runs, agree about it.
#[test]
fn the_effective_field_stays_inside_the_theoretical_one() {
    let mut live = live("enet");
    live.run(picture(96, 64)).unwrap();
    let size = live.size_for([96, 64]);
    let described = live.describe(size).unwrap();
    let node = &described.nodes[8];
    let [_, _, height, width] = node.shape;
    let field = live.effective_field(&node.name, None, [height / 2, width / 2]).unwrap();
    assert_eq!(field.shape, size);
    assert!(magnitude(&field).is_finite() && field.data.iter().any(|value| *value > 0.0));
    let range = |axis: usize, at: usize| {
        let extent = node.field[axis];
        let first = at as f64 * extent.jump.unwrap() + extent.first.unwrap();
        first..first + extent.size.unwrap()
    };
    let (rows, columns) = (range(0, height / 2), range(1, width / 2));
    for (i, value) in field.data.iter().enumerate() {
        let inside = rows.contains(&((i / size[1]) as f64)) && columns.contains(&((i % size[1]) as f64));
        assert!(inside || *value == 0.0, "pixel {i} outside the field of {} counts {value}", node.name);
    }
}
