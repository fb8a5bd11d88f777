//! A picture done in tiles against the same picture done whole.

#[macro_use]
mod common;

use std::rc::Rc;

use common::{golden_trained, shipped};
use segscope::graph::random::random_weights;
use segscope::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation};
use segscope::session::{Backend, MAX_DETAIL, Session};
use segscope::weights::quantise::quantise;
use segscope::weights::{Model, ModelInfo, Precision};

on_both_backends!(
    segscope::session::Session::new:
    tiles_equal_the_whole_where_fields_are_small,
    tiles_agree_with_the_whole_on_a_photo,
    a_detail_that_cannot_be_had_is_refused,
);

/// `people`'s description with another side of the network's input, as a file of `graph`.
fn file(side: usize, graph: &Graph, weights: &segscope::weights::QuantisedWeights) -> Vec<u8> {
    let info: ModelInfo = Model::from_bytes(&shipped("people")).unwrap().info;
    let mut info = ModelInfo { reference: None, calibration: None, ..info };
    info.input.long_side = side;
    Model::new(&info, graph, weights).unwrap().to_bytes()
}

struct Photo {
    rgba: Vec<u8>,
    size: [u32; 2],
}

/// The picture of the golden file.
fn photo() -> Photo {
    let trained = golden_trained().swap_remove(0);
    let [_, _, h, w] = trained.shape;
    let (mean, std) = (trained.model.info.input.mean, trained.model.info.input.std);
    let value = |channel: usize, pixel: usize| {
        ((trained.input[channel * h * w + pixel] * std[channel] + mean[channel]) * 255.0).round() as u8
    };
    let rgba =
        (0..h * w).flat_map(|pixel| [value(0, pixel), value(1, pixel), value(2, pixel), 255]).collect();
    Photo { rgba, size: [w as u32, h as u32] }
}

fn picture<B: Backend>(session: &Session<B>, photo: &Photo) -> Rc<B::Picture> {
    Rc::new(session.backend().picture(photo.size, photo.rgba.clone()).unwrap())
}

/// The session's result becomes that of `photo` in tiles; how many there were.
fn in_tiles<B: Backend>(session: &Session<B>, photo: &Photo, detail: usize) -> usize {
    pollster::block_on(async {
        let picture = picture(session, photo);
        let mut tiling = session.begin_tiles(picture, photo.size, detail, 0.0).await.unwrap();
        let count = tiling.count();
        while session.run_tile(&mut tiling).await.unwrap() {}
        session.finish_tiles(tiling).await.unwrap();
        count
    })
}

fn whole<B: Backend>(session: &Session<B>, photo: &Photo) {
    let picture = picture(session, photo);
    pollster::block_on(session.segment(picture, photo.size, 0.0)).unwrap();
}

/// The probability of the second class on a grid over the whole photo.
fn probabilities<B: Backend>(session: &Session<B>, photo: &Photo) -> Vec<f32> {
    const STEPS: u32 = 37;
    let [width, height] = photo.size;
    let points = (0..STEPS * STEPS)
        .map(|i| (i % STEPS * (width - 1) / (STEPS - 1), i / STEPS * (height - 1) / (STEPS - 1)));
    points.map(|(x, y)| pollster::block_on(session.scores_at(x, y)).unwrap()[1]).collect()
}

/// Two strides and a dilation, 27 pixels across.
fn small_field() -> Graph {
    let (mut g, image) = GraphBuilder::new(3);
    let x = g.conv("a", image, Conv2d::new(8, 3).stride(2));
    let x = g.activation(x, Activation::Relu);
    let x = g.conv("b", x, Conv2d::new(8, 3).dilation(2).groups(8));
    let x = g.conv("c", x, Conv2d::new(2, 3).stride(2).bias());
    let x = g.resize_like(x, image, Interpolation::Bilinear, false);
    g.build(x)
}

fn tiles_equal_the_whole_where_fields_are_small<B: Backend>(session: &Session<B>) {
    let graph = small_field();
    let weights = quantise(&random_weights(&graph), Precision::F32);
    let photo = photo();
    session.load_model(&file(256, &graph, &weights)).unwrap();
    assert!(in_tiles(session, &photo, 2) > 2, "several tiles");
    let tiled = probabilities(session, &photo);
    session.load_model(&file(512, &graph, &weights)).unwrap();
    whole(session, &photo);
    let expected = probabilities(session, &photo);
    for (ours, whole) in tiled.iter().zip(&expected) {
        assert!((ours - whole).abs() < 1e-4, "{ours} in tiles, {whole} at once");
    }
}

/// The field of `people` is the whole picture: tiles see less of it than the network at once does.
fn tiles_agree_with_the_whole_on_a_photo<B: Backend>(session: &Session<B>) {
    let people = Model::from_bytes(&shipped("people")).unwrap();
    let photo = photo();
    session.load_model(&file(256, &people.graph, &people.weights)).unwrap();
    in_tiles(session, &photo, 2);
    let (tiled, _) = pollster::block_on(session.read_mask()).unwrap();
    session.load_model(&file(512, &people.graph, &people.weights)).unwrap();
    whole(session, &photo);
    let (expected, _) = pollster::block_on(session.read_mask()).unwrap();
    let same = tiled.iter().zip(&expected).filter(|(a, b)| a == b).count() as f64 / tiled.len() as f64;
    println!("people at 512 in tiles of 256: same class on {:.2} % of pixels", same * 100.0);
    assert!(same >= 0.98, "same class on {same} of pixels");
}

fn a_detail_that_cannot_be_had_is_refused<B: Backend>(session: &Session<B>) {
    session.load_model(&shipped("people")).unwrap();
    let photo = photo();
    for detail in [0, MAX_DETAIL + 1] {
        let begun =
            pollster::block_on(session.begin_tiles(picture(session, &photo), photo.size, detail, 0.0));
        assert_eq!(begun.err().unwrap().kind().code(), "out-of-range");
    }
}
