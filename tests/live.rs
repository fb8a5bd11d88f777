//! Frames of a camera or video, one after another through one session.

#[macro_use]
mod common;

use std::cell::RefCell;
use std::rc::Rc;

use segscope::graph::random::{random_weights, uniform};
use segscope::graph::{Activation, Conv2d, GraphBuilder};
use segscope::session::{Backend, Cpu, CpuScreen, Frame, Session, Steady};
use segscope::simd::{Chroma, Encoding, Yuv};
use segscope::view::View;
use segscope::weights::quantise::quantise;
use segscope::weights::{Model, ModelInfo, Precision};

/// Odd and unequal.
const SIZE: [u32; 2] = [149, 101];
const FRAME: Frame = Frame { source: SIZE, long_side: None, steady: Steady::Off, upload_ms: 0.0 };

on_both_backends!(
    crate::common::people:
    every_frame_has_its_own_scores,
    a_still_is_not_taken_for_a_frame,
    the_network_s_resolution_can_change_from_frame_to_frame,
    steady_scores_flicker_less_and_follow_what_moves_at_once,
    halves_are_compared_on_the_screen_and_their_flicker_is_counted,
);

fn frame(name: &str) -> Vec<u8> {
    let opaque = |(i, value): (usize, f32)| if i % 4 == 3 { 255 } else { value as u8 };
    uniform(name, (SIZE[0] * SIZE[1] * 4) as usize, 0.0, 255.0).into_iter().enumerate().map(opaque).collect()
}

/// What the result on screen was made of, at a grid of pixels.
fn scores<B: Backend>(session: &Session<B>) -> Vec<f32> {
    let at =
        |i: u32| pollster::block_on(session.scores_at(SIZE[0] * (i % 5) / 5, SIZE[1] * (i / 5) / 5)).unwrap();
    (0..25u32).flat_map(at).collect()
}

fn segmented<B: Backend>(session: &Session<B>, rgba: Vec<u8>) -> Vec<f32> {
    let picture = Rc::new(session.backend().picture(SIZE, rgba).unwrap());
    pollster::block_on(session.segment(picture, SIZE, 0.0)).unwrap();
    scores(session)
}

fn shown<B: Backend>(session: &Session<B>, picture: &Rc<B::Picture>) -> Vec<f32> {
    let done = pollster::block_on(session.show_frame(picture.clone(), FRAME)).unwrap();
    assert!(done.classes.is_empty(), "areas would have to be read back");
    scores(session)
}

fn every_frame_has_its_own_scores<B: Backend>(session: &Session<B>) {
    let frames = ["one", "two"].map(frame);
    let expected = frames.clone().map(|rgba| segmented(session, rgba));
    assert_ne!(expected[0], expected[1]);
    let pictures = frames.map(|rgba| Rc::new(session.backend().picture(SIZE, rgba).unwrap()));
    // The last picture comes again at once: what was made for it serves once more.
    for i in [0, 1, 1, 0] {
        assert_eq!(shown(session, &pictures[i]), expected[i], "frame {i}");
    }
}

/// Both leave their scores in the same executor.
fn a_still_is_not_taken_for_a_frame<B: Backend>(session: &Session<B>) {
    let expected = segmented(session, frame("still"));
    let picture = Rc::new(session.backend().picture(SIZE, frame("live")).unwrap());
    shown(session, &picture);
    assert_eq!(segmented(session, frame("still")), expected);
}

fn the_network_s_resolution_can_change_from_frame_to_frame<B: Backend>(session: &Session<B>) {
    let picture = Rc::new(session.backend().picture(SIZE, frame("one")).unwrap());
    let show = |long_side| {
        let done = pollster::block_on(
            session.show_frame(picture.clone(), Frame { long_side: Some(long_side), ..FRAME }),
        );
        done.map(|done| (done.network_size, scores(session)))
    };
    let (size, small) = show(128).unwrap();
    assert_eq!(size, [96, 128]);
    let (size, large) = show(256).unwrap();
    assert_eq!(size, [160, 256]);
    assert_ne!(large, small);
    assert_eq!(show(128).unwrap().1, small);
    for impossible in [0, 5000] {
        assert_eq!(show(impossible).unwrap_err().kind().code(), "out-of-range");
    }
}

/// A scene of soft shapes, as a camera sees it: the same in each frame but for noise of two per cent of full range.
fn scene(name: &str, number: usize) -> Vec<u8> {
    let [width, height] = SIZE;
    let waves = uniform(name, 12, 0.02, 0.12);
    let noise = uniform(&format!("{name} {number}"), (width * height * 3) as usize, -1.0, 1.0);
    let pixel = |i: u32| {
        let (x, y) = ((i % width) as f32, (i / width) as f32);
        let channel = |c: usize| {
            let [a, b, phase] = [waves[c], waves[c + 3], waves[c + 6] * 50.0];
            // Uniform between -1 and 1 it has a deviation of 0.58.
            let value = 0.5 + 0.3 * (x * a + phase).sin() * (y * b).cos() + 0.035 * noise[i as usize * 3 + c];
            (value.clamp(0.0, 1.0) * 255.0) as u8
        };
        [channel(0), channel(1), channel(2), 255]
    };
    (0..width * height).flat_map(pixel).collect()
}

/// A model file whose classes depend on the colours around a pixel: random weights, eight classes.
fn colour_model<B: Backend>(session: &Session<B>) -> Vec<u8> {
    let (mut g, image) = GraphBuilder::new(3);
    let x = g.conv("edges", image, Conv2d::new(16, 3).padding(1).stride(2).bias());
    let x = g.activation(x, Activation::Relu);
    let x = g.conv("classes", x, Conv2d::new(8, 3).padding(1).stride(2).bias());
    let graph = g.build(x);
    let mut info = ModelInfo { reference: None, calibration: None, ..session.model().unwrap().info.clone() };
    info.classes = vec![info.classes[0].clone(); 8];
    info.input.long_side = 160;
    let weights = quantise(&random_weights(&graph), Precision::F32);
    Model::new(&info, &graph, &weights).unwrap().to_bytes()
}

fn steady_scores_flicker_less_and_follow_what_moves_at_once<B: Backend>(session: &Session<B>) {
    session.load_model(&colour_model(session)).unwrap();
    let mask = |name: &str, number: usize, steady: Steady| {
        let picture = Rc::new(session.backend().picture(SIZE, scene(name, number)).unwrap());
        pollster::block_on(session.show_frame(picture, Frame { steady, ..FRAME })).unwrap();
        pollster::block_on(session.read_mask()).unwrap().0
    };
    let changed =
        |a: &[u8], b: &[u8]| a.iter().zip(b).filter(|(a, b)| a != b).count() as f64 / a.len() as f64;
    // The share of pixels whose class changes from a frame to the next, though the scene does not.
    let flicker = |steady: Steady| {
        let masks: Vec<_> = (0..16).map(|number| mask("still", number, steady)).collect();
        let settled = &masks[6..];
        let total: f64 = settled.windows(2).map(|pair| changed(&pair[0], &pair[1])).sum();
        total / (settled.len() - 1) as f64
    };
    let (plain, steady) = (flicker(Steady::Off), flicker(Steady::On));
    println!("flicker {plain:.4}, steady {steady:.4}");
    assert!(plain > 0.005, "{plain}: the noise is too small to show anything");
    assert!(steady < 0.4 * plain, "{steady} of pixels, {plain} without");

    // Another scene, all at once, after sixteen frames of the first.
    let after = mask("other", 0, Steady::On);
    let expected = mask("other", 0, Steady::Off);
    let behind = changed(&after, &expected);
    let moved = changed(&expected, &mask("still", 0, Steady::Off));
    println!("of {moved:.3} that changed, {behind:.4} lag");
    assert!(behind < 0.1 * moved, "{behind} of pixels lag behind, of {moved} that changed");
}

fn halves_are_compared_on_the_screen_and_their_flicker_is_counted<B: Backend>(session: &Session<B>) {
    session.load_model(&colour_model(session)).unwrap();
    let show = |number: usize, steady: Steady| {
        let picture = Rc::new(session.backend().picture(SIZE, scene("still", number)).unwrap());
        pollster::block_on(session.show_frame(picture, Frame { steady, ..FRAME })).unwrap().flicker
    };
    let scores_of_half = |right: bool| {
        scores(session)
            .chunks(5 * 8)
            .flat_map(|row| row[if right { 24..40 } else { 0..16 }].to_vec())
            .collect::<Vec<_>>()
    };
    let share = |[still, changed]: [u32; 2]| f64::from(changed) / f64::from(still);
    for mirrored in [false, true] {
        session.set_view(View { mirrored, ..View::default() }).unwrap();
        assert_eq!(show(0, Steady::Off), None);
        let counts: Vec<_> = (0..16).map(|number| show(number, Steady::RightHalf).unwrap()).collect();
        let flicker = counts[15];
        println!(
            "mirrored {mirrored}: {:.4} as it comes, {:.4} steady",
            share(flicker.plain),
            share(flicker.steady)
        );
        assert_eq!(
            counts[0].plain[0] + counts[0].steady[0],
            0,
            "before the first frame there is none to compare with"
        );
        assert!(
            share(flicker.plain) > 0.005 && share(flicker.steady) < 0.4 * share(flicker.plain),
            "{flicker:?}"
        );
        // The picture's own side: in a mirror the right half on screen is its left one.
        let [plain, steady] = [mirrored, !mirrored].map(scores_of_half);
        show(15, Steady::Off);
        assert_eq!(plain, scores_of_half(mirrored), "as it comes");
        assert_ne!(steady, scores_of_half(!mirrored), "steady");
    }
}

#[test]
fn a_shown_frame_reads_nothing_back() {
    let session = common::people(common::gpu());
    let picture = Rc::new(session.backend().picture(SIZE, frame("one")).unwrap());
    pollster::block_on(session.show_frame(picture.clone(), FRAME)).unwrap();
    assert_eq!(session.backend().device.bytes_read_back(), 0);
    pollster::block_on(session.segment(picture, SIZE, 0.0)).unwrap();
    assert!(session.backend().device.bytes_read_back() > 0, "the counter counts");
}

#[test]
fn a_mirrored_view_is_the_painting_from_right_to_left() {
    let session = common::people(Cpu);
    let shown = Rc::new(RefCell::new(Vec::new()));
    let sink = shown.clone();
    let show = move |rgba: Vec<u8>, _| {
        sink.replace(rgba);
        Ok(())
    };
    let [width, height] = [61, 43];
    session.attach(CpuScreen::new([width, height], Box::new(show)));
    let plain = View { opacity: 0.5, ..View::default() };
    session.set_view(plain.clone()).unwrap();
    segmented(&session, frame("one"));
    let expected: Vec<u8> = shown
        .borrow()
        .chunks_exact(width as usize * 4)
        .flat_map(|row| row.chunks_exact(4).rev().flatten().copied().collect::<Vec<_>>())
        .collect();
    session.set_view(View { mirrored: true, ..plain }).unwrap();
    session.paint().unwrap();
    assert!(*shown.borrow() == expected);
}

/// The formulas of BT.601 and BT.709 in double precision.
fn colour_twin([y, u, v]: [u8; 3], encoding: Encoding) -> [f64; 3] {
    let [kr, kb] = if encoding.bt709 { [0.2126, 0.0722] } else { [0.299, 0.114] };
    let (black, luma, chroma) = if encoding.full_range { (0.0, 255.0, 255.0) } else { (16.0, 219.0, 224.0) };
    let y = (f64::from(y) - black) / luma;
    let [pb, pr] = [u, v].map(|byte| (f64::from(byte) - 128.0) / chroma);
    let red = y + 2.0 * (1.0 - kr) * pr;
    let blue = y + 2.0 * (1.0 - kb) * pb;
    let green = (y - kr * red - kb * blue) / (1.0 - kr - kb);
    [red, green, blue].map(|colour| (colour * 255.0).clamp(0.0, 255.0))
}

#[test]
fn planes_of_a_video_frame_become_the_colours_of_the_standards() {
    // Odd sides: the last chroma sample is of one pixel.
    let [width, height] = [37usize, 23];
    let [across, down] = [width.div_ceil(2), height.div_ceil(2)];
    let bytes: Vec<u8> =
        uniform("planes", width * height + 2 * across * down, 0.0, 256.0).iter().map(|v| *v as u8).collect();
    let chroma_at = |chroma, x: usize, y: usize| {
        let (first, sample) = (width * height, y / 2 * across + x / 2);
        match chroma {
            Chroma::Planar => [bytes[first + sample], bytes[first + across * down + sample]],
            Chroma::Interleaved => [bytes[first + 2 * sample], bytes[first + 2 * sample + 1]],
        }
    };
    for (chroma, bt709, full_range) in [
        (Chroma::Planar, false, false),
        (Chroma::Planar, true, true),
        (Chroma::Interleaved, true, false),
        (Chroma::Interleaved, false, true),
    ] {
        let encoding = Encoding { bt709, full_range };
        let frame = Yuv { bytes: &bytes, size: [width as u32, height as u32], chroma, encoding };
        let picture = frame.picture().unwrap();
        for (i, pixel) in picture.rgba().chunks_exact(4).enumerate() {
            let [u, v] = chroma_at(chroma, i % width, i / width);
            let expected = colour_twin([bytes[i], u, v], encoding);
            for (ours, expected) in pixel.iter().zip(expected) {
                assert!((f64::from(*ours) - expected).abs() <= 0.51, "pixel {i}: {pixel:?}, {expected}");
            }
            assert_eq!(pixel[3], 255);
        }
        let short = Yuv { bytes: &bytes[1..], ..frame };
        assert_eq!(short.picture().err().unwrap().kind().code(), "out-of-range");
    }
}
