//! The fully connected CRF, by the properties that its paper promises.

use segscope::graph::Tensor;
use segscope::graph::random::uniform;
use segscope::lab::crf::{Parameters, refine};

const H: usize = 13;
const W: usize = 17;
const GREY: [u8; 3] = [128; 3];
const DARK: [u8; 3] = [30, 40, 50];
const LIGHT: [u8; 3] = [220, 200, 190];

fn picture(colour: impl Fn(usize, usize) -> [u8; 3]) -> Vec<u8> {
    (0..H * W).flat_map(|i| colour(i % W, i / W)).collect()
}

/// Two classes; `second` tells the probability of the second at a pixel.
fn two_classes(second: impl Fn(usize, usize) -> f32) -> Tensor {
    let second: Vec<f32> = (0..H * W).map(|i| second(i % W, i / W)).collect();
    let first = second.iter().map(|p| 1.0 - p);
    Tensor::new([1, 2, H, W], first.chain(second.clone()).collect::<Vec<f32>>())
}

fn random_classes(classes: usize) -> Tensor {
    let mut data = uniform("probabilities", classes * H * W, 0.01, 1.0);
    for i in 0..H * W {
        let sum: f32 = (i..data.len()).step_by(H * W).map(|k| data[k]).sum();
        (i..classes * H * W).step_by(H * W).for_each(|k| data[k] /= sum);
    }
    Tensor::new([1, classes, H, W], data)
}

/// Whether each pixel is of the second class.
fn mask(probabilities: &Tensor) -> Vec<bool> {
    (0..H * W).map(|i| probabilities.data[H * W + i] > probabilities.data[i]).collect()
}

fn assert_close(ours: &[f32], expected: &[f32], name: &str) {
    assert_eq!(ours.len(), expected.len(), "{name}");
    for (i, (a, b)) in ours.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 1e-5, "{name}: {a}, not {b}, at {i}");
    }
}

#[test]
fn probabilities_sum_to_one() {
    let noise = uniform("picture", H * W * 3, 0.0, 255.0);
    let picture: Vec<u8> = noise.iter().map(|v| *v as u8).collect();
    let mut probabilities = random_classes(4);
    // A network may be certain.
    for (class, p) in [1.0, 0.0, 0.0, 0.0].into_iter().enumerate() {
        probabilities.data[class * H * W + 5] = p;
    }
    let refined = refine(&probabilities, &picture, &Parameters::default());
    assert_eq!(refined.shape, probabilities.shape);
    for i in 0..H * W {
        let sum: f32 = (i..refined.data.len()).step_by(H * W).map(|k| refined.data[k]).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum} at {i}");
    }
    assert!(refined.data.iter().all(|p| (0.0..=1.0).contains(p)));
}

#[test]
fn no_step_changes_nothing() {
    let probabilities = random_classes(3);
    let parameters = Parameters { iterations: 0, ..Parameters::default() };
    let refined = refine(&probabilities, &picture(|_, _| GREY), &parameters);
    assert_close(&refined.data, &probabilities.data, "no step");
}

/// Two pixels by hand: one kernel, one step.
#[test]
fn two_pixels_by_hand() {
    let parameters = Parameters {
        iterations: 1,
        smoothness_weight: 0.0,
        appearance_weight: 2.0,
        appearance_deviation: 4.0,
        colour_deviation: 10.0,
        ..Parameters::default()
    };
    let probabilities = Tensor::new([1, 2, 1, 2], vec![0.9, 0.4, 0.1, 0.6]);
    let refined = refine(&probabilities, &[100, 100, 100, 110, 100, 100], &parameters);
    let other = (-1.0f64 / 32.0 - 0.5).exp();
    let message = |own: f64, its: f64| 2.0 * (own + other * its) / (1.0 + other);
    let first = |p: [f64; 2], its: [f64; 2]| {
        let [a, b] = [0, 1].map(|class| p[class] * message(p[class], its[class]).exp());
        (a / (a + b)) as f32
    };
    let left = first([0.9, 0.1], [0.4, 0.6]);
    let right = first([0.4, 0.6], [0.9, 0.1]);
    assert_close(&refined.data, &[left, right, 1.0 - left, 1.0 - right], "two pixels");
}

#[test]
fn a_single_wrong_pixel_of_a_plain_picture_is_smoothed_away() {
    let noisy = two_classes(|x, y| if (x, y) == (8, 6) { 0.8 } else { 0.2 });
    let refined = refine(&noisy, &picture(|_, _| GREY), &Parameters::default());
    assert!(mask(&noisy)[6 * W + 8]);
    assert!(mask(&refined).iter().all(|is_second| !is_second));
}

/// On a plain picture the colours say nothing, so the appearance kernel is a Gaussian of positions.
#[test]
fn a_plain_picture_has_no_borders() {
    let probabilities = random_classes(3);
    let plain = picture(|_, _| GREY);
    let default = Parameters::default();
    let blind = Parameters { colour_deviation: f32::INFINITY, ..default };
    let ours = refine(&probabilities, &plain, &default);
    assert_close(&ours.data, &refine(&probabilities, &plain, &blind).data, "plain");
}

/// The mask's border, two pixels off, snaps to the picture's.
#[test]
fn a_border_in_the_picture_pulls_the_masks_border() {
    let scores = two_classes(|x, _| if x < 10 { 0.3 } else { 0.7 });
    let refined = refine(&scores, &picture(|x, _| if x < 8 { DARK } else { LIGHT }), &Parameters::default());
    let expected: Vec<bool> = (0..H * W).map(|i| i % W >= 8).collect();
    assert_eq!(mask(&refined), expected);
    assert_ne!(mask(&scores), expected);
}

#[test]
fn a_mirrored_picture_gives_the_mirrored_mask() {
    let noise = uniform("picture", H * W, 0.0, 255.0);
    let original = picture(|x, y| [noise[y * W + x] as u8; 3]);
    let mirrored = picture(|x, y| [noise[y * W + W - 1 - x] as u8; 3]);
    let probability = |x: usize, y: usize| 0.2 + 0.6 * ((x * 7 + y * 3) % 5) as f32 / 4.0;
    let parameters = Parameters { colour_deviation: 60.0, ..Parameters::default() };
    let refined = refine(&two_classes(probability), &original, &parameters);
    let of_mirrored = refine(&two_classes(|x, y| probability(W - 1 - x, y)), &mirrored, &parameters);
    let unmirrored: Vec<f32> = (0..2 * H * W).map(|i| of_mirrored.data[i / W * W + W - 1 - i % W]).collect();
    assert_close(&refined.data, &unmirrored, "mirrored");
}

#[test]
fn classes_are_treated_alike() {
    let probabilities = random_classes(2);
    let noise = uniform("picture", H * W, 0.0, 255.0);
    let picture = picture(|x, y| [noise[y * W + x] as u8; 3]);
    let mut swapped = probabilities.clone();
    swapped.data.rotate_left(H * W);
    let mut refined = refine(&swapped, &picture, &Parameters::default());
    refined.data.rotate_left(H * W);
    assert_close(&refined.data, &refine(&probabilities, &picture, &Parameters::default()).data, "swapped");
}

#[test]
#[should_panic(expected = "a picture of 17x13")]
fn a_picture_of_another_size_is_refused() {
    refine(&random_classes(2), &[0; 3], &Parameters::default());
}
