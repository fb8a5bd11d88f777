//! From a picture to its mask through a session, each kernel against a plain twin: `frame`, `mask`, `probe`.

#[macro_use]
mod common;

use std::rc::Rc;

use common::argmax;
use segscope::graph::random::{random_weights, uniform};
use segscope::graph::{Conv2d, GraphBuilder, Tensor};
use segscope::session::{Backend, Cpu, Segmentation, Session, network_size};
use segscope::weights::quantise::quantise;
use segscope::weights::{Model, ModelInfo, Precision};

/// The scores `people` ends with, before its last resize, which `paint` and `mask` do themselves.
const LOGITS: &str = "bu_dec_l4.merge_layer.3";
/// Odd and unequal.
const SIZE: [u32; 2] = [157, 93];

on_both_backends!(
    crate::common::people:
    frame_resizes_and_normalises_as_pil_does,
    mask_areas_and_probe_follow_the_scores,
    a_pixel_outside_the_picture_is_refused,
    a_layer_that_nobody_needs_changes_no_scores,
);

/// Opaque, transparent and half-transparent pixels in blocks.
fn picture([width, height]: [u32; 2]) -> Vec<u8> {
    let noise = uniform("picture", (width * height * 4) as usize, 0.0, 255.0);
    let value = |i: usize| {
        let (pixel, channel) = (i / 4, i % 4);
        let (x, y) = (pixel as u32 % width, pixel as u32 / width);
        match channel {
            3 => [255, 255, 128, 0][((x / 20 + y / 20) % 4) as usize],
            _ => (noise[i] / 4.0) as u8 + (x * 190 / width) as u8,
        }
    };
    (0..noise.len()).map(value).collect()
}

fn segment<B: Backend>(session: &Session<B>, rgba: &[u8], size: [u32; 2], source: [u32; 2]) -> Segmentation {
    let picture = session.backend().picture(size, rgba.to_vec()).unwrap();
    pollster::block_on(session.segment(Rc::new(picture), source, 0.0)).unwrap()
}

/// PIL's BILINEAR: a triangle as wide as the reduction, over white, then normalised. Separable, in double precision.
fn frame_twin(rgba: &[u8], [width, height]: [u32; 2], [out_h, out_w]: [usize; 2]) -> Tensor {
    let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let taps = |length: usize, out: usize, i: usize| -> Vec<(usize, f64)> {
        let scale = length as f64 / out as f64;
        let (support, centre) = (scale.max(1.0), (i as f64 + 0.5) * scale);
        let weights: Vec<_> = (0..length)
            .map(|x| (x, (1.0 - ((x as f64 + 0.5 - centre) / support).abs()).max(0.0)))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
        weights.into_iter().map(|(x, weight)| (x, weight / sum)).collect()
    };
    let (width, height) = (width as usize, height as usize);
    let mut data = Vec::new();
    for channel in 0..3 {
        let value = |x: usize, y: usize| {
            let pixel = &rgba[(y * width + x) * 4..][..4];
            let alpha = f64::from(pixel[3]) / 255.0;
            f64::from(pixel[channel]) / 255.0 * alpha + 1.0 - alpha
        };
        for y in 0..out_h {
            let rows = taps(height, out_h, y);
            for x in 0..out_w {
                let columns = taps(width, out_w, x);
                let sum: f64 = rows
                    .iter()
                    .flat_map(|(r, wr)| columns.iter().map(move |(c, wc)| value(*c, *r) * wr * wc))
                    .sum();
                data.push(((sum - mean[channel]) / std[channel]) as f32);
            }
        }
    }
    Tensor::new([1, 3, out_h, out_w], data)
}

/// Scores at the centre of every pixel of a picture, interpolated with aligned corners, as ESPNetv2 does.
fn scores_twin(logits: &Tensor, network: [usize; 2], [width, height]: [u32; 2]) -> Tensor {
    let [_, classes, h, w] = logits.shape[..] else { panic!("logits are {:?}", logits.shape) };
    let position = |i: u32, length: u32, network: usize, side: usize| {
        let at = (f64::from(i) + 0.5) / f64::from(length) * network as f64 - 0.5;
        (at * (side - 1) as f64 / (network - 1) as f64).clamp(0.0, (side - 1) as f64)
    };
    let mut data = Vec::new();
    for class in 0..classes {
        let at = |y: usize, x: usize| f64::from(logits.data[(class * h + y.min(h - 1)) * w + x.min(w - 1)]);
        for y in 0..height {
            let py = position(y, height, network[0], h);
            for x in 0..width {
                let px = position(x, width, network[1], w);
                let (y0, x0, ty, tx) = (py as usize, px as usize, py.fract(), px.fract());
                let row = |y: usize| at(y, x0) * (1.0 - tx) + at(y, x0 + 1) * tx;
                data.push((row(y0) * (1.0 - ty) + row(y0 + 1) * ty) as f32);
            }
        }
    }
    Tensor::new([1, classes, height as usize, width as usize], data)
}

fn frame_resizes_and_normalises_as_pil_does<B: Backend>(session: &Session<B>) {
    // Enlarged, and reduced about twice: both sides of the filter's support.
    for size in [SIZE, [1001, 613]] {
        let rgba = picture(size);
        let network = segment(session, &rgba, size, size).network_size;
        let ours = pollster::block_on(session.read_layer("x")).unwrap();
        common::assert_close(
            &format!("frame {size:?}"),
            &ours,
            &frame_twin(&rgba, size, network),
            1e-3,
            1e-3,
        );
    }
}

fn mask_areas_and_probe_follow_the_scores<B: Backend>(session: &Session<B>) {
    let rgba = picture(SIZE);
    // The source may be larger than the picture that stands for it.
    for source in [SIZE, [641, 379]] {
        let done = segment(session, &rgba, SIZE, source);
        let logits = pollster::block_on(session.read_layer(LOGITS)).unwrap();
        let scores = scores_twin(&logits, done.network_size, source);
        let (ids, size) = pollster::block_on(session.read_mask()).unwrap();
        assert_eq!(size, source);
        let expected = argmax(&scores);
        let same = ids.iter().zip(&expected).filter(|(a, b)| a == b).count();
        assert!(same as f64 >= 0.9999 * ids.len() as f64, "{same} of {} pixels", ids.len());
        let pixels: u32 = done.classes.iter().map(|area| area.pixels).sum();
        assert_eq!(pixels, source[0] * source[1]);
        for area in &done.classes {
            assert_eq!(
                area.pixels as usize,
                ids.iter().filter(|id| **id == area.id).count(),
                "{}",
                area.name
            );
        }
        let (x, y) = (source[0] / 3, source[1] / 2);
        let probabilities = pollster::block_on(session.scores_at(x, y)).unwrap();
        let plane = (source[0] * source[1]) as usize;
        let at = |class: usize| f64::from(scores.data[class * plane + (y * source[0] + x) as usize]);
        let person = 1.0 / (1.0 + (at(0) - at(1)).exp());
        assert!((f64::from(probabilities[1]) - person).abs() < 1e-3, "{probabilities:?}, expected {person}");
    }
}

fn a_pixel_outside_the_picture_is_refused<B: Backend>(session: &Session<B>) {
    segment(session, &picture(SIZE), SIZE, SIZE);
    let error = pollster::block_on(session.scores_at(SIZE[0], 0)).unwrap_err();
    assert_eq!(error.kind().code(), "out-of-range");
}

/// The layer would have the output's channels lie as it alone reads them.
fn a_layer_that_nobody_needs_changes_no_scores<B: Backend>(session: &Session<B>) {
    let file = |has_reader: bool| {
        let (mut g, image) = GraphBuilder::new(3);
        let x = g.conv("a", image, Conv2d::new(8, 3).padding(1).stride(2));
        let shuffled = g.channel_shuffle(x, 2);
        if has_reader {
            g.conv("unneeded", shuffled, Conv2d::new(4, 1).groups(4));
        }
        let graph = g.build(shuffled);
        let mut info =
            ModelInfo { reference: None, calibration: None, ..session.model().unwrap().info.clone() };
        info.classes = vec![info.classes[0].clone(); 8];
        let weights = quantise(&random_weights(&graph), Precision::F32);
        Model::new(&info, &graph, &weights).unwrap().to_bytes()
    };
    let [expected, ours] = [false, true].map(|has_reader| {
        session.load_model(&file(has_reader)).unwrap();
        segment(session, &picture(SIZE), SIZE, SIZE);
        let scores = pollster::block_on(session.scores_at(SIZE[0] / 3, SIZE[1] / 2)).unwrap();
        (scores, pollster::block_on(session.read_layer("channel_shuffle")).unwrap().data)
    });
    assert_eq!(ours.0, expected.0);
    assert!(ours.1 == expected.1, "the layer as it is read");
}

#[test]
fn network_sizes_keep_the_aspect_in_whole_multiples() {
    let people =
        segscope::weights::info::Input { mean: [0.0; 3], std: [1.0; 3], long_side: 480, multiple: 32 };
    assert_eq!(network_size(&people, [384, 576]), [480, 320]);
    assert_eq!(network_size(&people, [480, 360]), [352, 480]);
    assert_eq!(network_size(&people, [12_000, 90]), [64, 480]);
    assert_eq!(network_size(&people, [1, 1]), [480, 480]);
}

#[test]
fn bytes_that_are_no_picture_are_refused() {
    fn refused<B: Backend>(backend: &B) {
        for (size, bytes) in [([3, 2], 23), ([3, 2], 25), ([0, 2], 0)] {
            let Err(error) = backend.picture(size, vec![0; bytes]) else {
                panic!("{bytes} bytes for {size:?}")
            };
            assert_eq!(error.kind().code(), "out-of-range");
        }
    }
    refused(&common::gpu());
    refused(&Cpu);
}
