//! Losses and metrics against PyTorch, segmentation_models.pytorch and scikit-learn (python/golden/lab.py), and by what their
//! papers promise.

use std::collections::BTreeMap;

use segscope::ErrorKind;
use segscope::graph::random::uniform;
use segscope::lab::boundary::{boundary, boundary_iou};
use segscope::lab::losses::{Evaluated, Loss};
use segscope::lab::metrics::{ConfusionMatrix, IGNORE};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    name: String,
    /// `[classes, h, w]`
    shape: [usize; 3],
    scores: Vec<f32>,
    truth: Vec<u8>,
    predicted: Vec<u8>,
    metrics: Metrics,
    losses: Vec<LossCase>,
}

#[derive(Deserialize)]
struct LossCase {
    loss: Loss,
    value: f64,
    gradient: Vec<f64>,
    per_pixel: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
}

/// By class, or of all classes.
#[derive(Deserialize)]
struct Metrics {
    confusion: Vec<Vec<u64>>,
    true_positives: Vec<u64>,
    false_positives: Vec<u64>,
    false_negatives: Vec<u64>,
    true_negatives: Vec<u64>,
    precision: Vec<Option<f64>>,
    recall: Vec<Option<f64>>,
    dice: Vec<Option<f64>>,
    iou: Vec<Option<f64>>,
    mean_iou: f64,
    mean_dice: f64,
    global_iou: f64,
    global_dice: f64,
    frequency_weighted_iou: f64,
    pixel_accuracy: f64,
    /// By distance, by class.
    boundary_iou: BTreeMap<usize, Vec<Option<f64>>>,
}

fn cases() -> Vec<Case> {
    let cases: Vec<Case> = serde_json::from_str(include_str!("golden/lab.json")).unwrap();
    assert!(cases.len() >= 10, "only {} cases in the golden file", cases.len());
    cases
}

fn case(name: &str) -> Case {
    cases().into_iter().find(|case| case.name == name).unwrap()
}

impl Case {
    fn evaluate(&self, loss: &Loss) -> Evaluated {
        loss.evaluate(&self.scores, &self.truth, self.shape).unwrap()
    }

    fn matrix(&self) -> ConfusionMatrix {
        let mut matrix = ConfusionMatrix::new(self.shape[0]);
        matrix.add(&self.truth, &self.predicted).unwrap();
        matrix
    }
}

/// What differs from the expected by more than `absolute`, or 1e-5 of it.
struct Differences {
    absolute: f64,
    found: Vec<String>,
}

impl Differences {
    fn new(absolute: f64) -> Self {
        Self { absolute, found: Vec::new() }
    }

    fn compare(&mut self, name: &str, ours: f64, theirs: f64) {
        // So that NaN differs.
        let is_close = (ours - theirs).abs() <= self.absolute + 1e-5 * theirs.abs();
        if !is_close {
            self.found.push(format!("{name}: ours {ours}, theirs {theirs}"));
        }
    }

    fn compare_all(&mut self, name: &str, ours: &[f32], theirs: &[f64]) {
        if ours.len() != theirs.len() {
            self.found.push(format!("{name}: {} values, not {}", ours.len(), theirs.len()));
        }
        for (i, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            self.compare(&format!("{name}[{i}]"), f64::from(*ours), *theirs);
        }
    }

    fn compare_maps(&mut self, name: &str, ours: &Option<Vec<f32>>, theirs: &Option<Vec<f64>>) {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => self.compare_all(name, ours, theirs),
            (None, None) => {}
            _ => self.found.push(format!("{name}: ours {}, theirs {}", ours.is_some(), theirs.is_some())),
        }
    }

    fn compare_classes(
        &mut self,
        name: &str,
        ours: impl Iterator<Item = Option<f64>>,
        theirs: &[Option<f64>],
    ) {
        let ours: Vec<_> = ours.collect();
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (class, pair) in ours.iter().zip(theirs).enumerate() {
            match pair {
                (Some(ours), Some(theirs)) => self.compare(&format!("{name}[{class}]"), *ours, *theirs),
                (None, None) => {}
                (ours, theirs) => {
                    self.found.push(format!("{name}[{class}]: ours {ours:?}, theirs {theirs:?}"))
                }
            }
        }
    }

    #[track_caller]
    fn report(self) {
        assert!(self.found.is_empty(), "{} differ:\n{}", self.found.len(), self.found.join("\n"));
    }
}

#[test]
fn losses_agree_with_pytorch() {
    // A mean over pixels has gradients of their inverse number: 1e-5 would pass for much of it.
    let (mut values, mut maps) = (Differences::new(1e-5), Differences::new(1e-10));
    for case in cases() {
        assert!(case.losses.len() >= 11, "{}: only {} losses", case.name, case.losses.len());
        for expected in &case.losses {
            let name = format!("{}, {:?}", case.name, expected.loss);
            let ours = case.evaluate(&expected.loss);
            values.compare(&format!("{name}: value"), ours.value, expected.value);
            maps.compare_all(&format!("{name}: gradient"), &ours.gradient, &expected.gradient);
            maps.compare_maps(&format!("{name}: per_pixel"), &ours.per_pixel, &expected.per_pixel);
            maps.compare_maps(&format!("{name}: weights"), &ours.weights, &expected.weights);
        }
    }
    values.report();
    maps.report();
}

#[test]
fn metrics_agree_with_scikit_learn() {
    let mut differences = Differences::new(1e-5);
    for case in cases() {
        let (ours, theirs) = (case.matrix(), &case.metrics);
        let name = |metric: &str| format!("{}: {metric}", case.name);
        let classes = 0..ours.classes();
        for class in classes.clone() {
            let row: Vec<u64> = classes.clone().map(|predicted| ours.count(class, predicted)).collect();
            assert_eq!(row, theirs.confusion[class], "{}, row {class}", case.name);
            let outcomes = ours.outcomes(class);
            let ours = [
                outcomes.true_positives,
                outcomes.false_positives,
                outcomes.false_negatives,
                outcomes.true_negatives,
            ];
            let theirs = [
                theirs.true_positives[class],
                theirs.false_positives[class],
                theirs.false_negatives[class],
                theirs.true_negatives[class],
            ];
            assert_eq!(ours, theirs, "{}, class {class}", case.name);
        }
        let of_classes = |metric: fn(&ConfusionMatrix, usize) -> Option<f64>| {
            let ours = &ours;
            classes.clone().map(move |class| metric(ours, class))
        };
        let d = &mut differences;
        d.compare_classes(&name("precision"), of_classes(ConfusionMatrix::precision), &theirs.precision);
        d.compare_classes(&name("recall"), of_classes(ConfusionMatrix::recall), &theirs.recall);
        d.compare_classes(&name("dice"), of_classes(ConfusionMatrix::dice), &theirs.dice);
        d.compare_classes(&name("iou"), of_classes(ConfusionMatrix::iou), &theirs.iou);
        d.compare(&name("mean_iou"), ours.mean_iou(), theirs.mean_iou);
        d.compare(&name("mean_dice"), ours.mean_dice(), theirs.mean_dice);
        d.compare(&name("global_iou"), ours.global_iou(), theirs.global_iou);
        d.compare(&name("global_dice"), ours.global_dice(), theirs.global_dice);
        d.compare(&name("frequency weighted"), ours.frequency_weighted_iou(), theirs.frequency_weighted_iou);
        d.compare(&name("pixel_accuracy"), ours.pixel_accuracy(), theirs.pixel_accuracy);
    }
    differences.report();
}

#[test]
fn boundary_iou_agrees_with_erosion() {
    let mut differences = Differences::new(1e-5);
    for case in cases() {
        let [classes, h, w] = case.shape;
        for (distance, theirs) in &case.metrics.boundary_iou {
            let ours = boundary_iou(&case.truth, &case.predicted, [h, w], classes, *distance);
            differences.compare_classes(&format!("{}, {distance}", case.name), ours.into_iter(), theirs);
        }
    }
    differences.report();
}

#[test]
fn f1_is_dice_and_follows_from_the_iou() {
    for case in cases() {
        let matrix = case.matrix();
        for class in 0..matrix.classes() {
            let (Some(iou), Some(dice)) = (matrix.iou(class), matrix.dice(class)) else { continue };
            assert!((dice - 2.0 * iou / (1.0 + iou)).abs() < 1e-12, "{}, class {class}", case.name);
            let (Some(precision), Some(recall)) = (matrix.precision(class), matrix.recall(class)) else {
                continue;
            };
            let f1 = if dice > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
            assert!((dice - f1).abs() < 1e-12, "{}, class {class}", case.name);
        }
    }
}

#[test]
fn merged_halves_are_the_whole() {
    let case = case("random");
    let half = case.truth.len() / 2;
    let [first, second] = [0..half, half..case.truth.len()].map(|pixels| {
        let mut matrix = ConfusionMatrix::new(case.shape[0]);
        matrix.add(&case.truth[pixels.clone()], &case.predicted[pixels]).unwrap();
        matrix
    });
    let mut merged = first.clone();
    merged.merge(&second);
    assert_eq!(merged, case.matrix());
    assert_ne!(merged, first);
}

#[test]
fn a_boundary_is_as_wide_as_its_distance_and_follows_the_frame() {
    let is_centre = |i: usize| (2..=4).contains(&(i % 7)) && (2..=4).contains(&(i / 7));
    // All of one class: the frame's ring, or two, or three.
    assert_eq!(boundary(&[0; 49], [7, 7], 2), (0..49).map(|i| !is_centre(i)).collect::<Vec<_>>());
    assert_eq!(boundary(&[0; 49], [7, 7], 3).iter().filter(|is_boundary| !**is_boundary).count(), 1);
    assert_eq!(boundary(&[0; 49], [7, 7], 4), [true; 49]);
    assert_eq!(boundary(&[0; 49], [7, 7], usize::MAX), [true; 49]);
    assert_eq!(boundary(&[0; 49], [7, 7], 0), boundary(&[0; 49], [7, 7], 1));
    // Another label's boundary is on both of its sides, and sees corners.
    let mut mask = [0; 49];
    mask[3 * 7 + 3] = 1;
    let inside: Vec<usize> = (0..49).filter(|&i| !boundary(&mask, [7, 7], 1)[i]).collect();
    let ring =
        (0..49usize).filter(|&i| (i % 7).abs_diff(3).max((i / 7).abs_diff(3)) == 2).collect::<Vec<_>>();
    assert_eq!(inside, ring);
}

#[test]
fn what_is_not_labelled_has_no_boundary() {
    let truth = [1, 1, 1, 1, 1, IGNORE, IGNORE, 1, 1];
    for predicted in [[1; 9], [1, 1, 1, 1, 1, 0, 0, 1, 1], [1, 1, 1, 1, 1, 2, 1, 1, 1]] {
        assert_eq!(boundary_iou(&truth, &predicted, [3, 3], 3, 1), [None, Some(1.0), None]);
    }
}

/// By central differences, of every loss of every case. Steps are powers of two, so that f32 adds them exactly.
#[test]
fn gradients_are_derivatives() {
    const STEP: f32 = 1.0 / 4096.0;
    let mut differences = Differences::new(1e-7);
    for mut case in cases() {
        for LossCase { loss, .. } in std::mem::take(&mut case.losses) {
            let gradient = case.evaluate(&loss).gradient;
            for (i, slope) in gradient.into_iter().enumerate() {
                let score = case.scores[i];
                let [above, below] = [score + STEP, score - STEP].map(|score| {
                    case.scores[i] = score;
                    case.evaluate(&loss).value
                });
                case.scores[i] = score;
                let expected = (above - below) / (2.0 * f64::from(STEP));
                differences.compare(&format!("{}, {loss:?}[{i}]", case.name), f64::from(slope), expected);
            }
        }
    }
    differences.report();
}

/// Softmax does not see what is added to all scores of a pixel.
#[test]
fn gradients_sum_to_zero_over_the_classes_of_a_pixel() {
    for case in cases() {
        let pixels = case.truth.len();
        for LossCase { loss, .. } in &case.losses {
            let gradient = case.evaluate(loss).gradient;
            for pixel in 0..pixels {
                let sum: f32 = gradient.iter().skip(pixel).step_by(pixels).sum();
                assert!(sum.abs() < 1e-6, "{}, {loss:?}: {sum} at {pixel}", case.name);
            }
        }
    }
}

#[test]
fn shares_sum_to_the_value() {
    for case in cases() {
        for LossCase { loss, .. } in &case.losses {
            let Evaluated { value, per_pixel, .. } = case.evaluate(loss);
            let is_overlap = matches!(loss, Loss::Dice { .. } | Loss::Tversky { .. });
            assert_eq!(per_pixel.is_none(), is_overlap, "{loss:?}");
            let Some(per_pixel) = per_pixel else { continue };
            let sum: f64 = per_pixel.iter().map(|&share| f64::from(share)).sum();
            assert!(
                (sum - value).abs() < 1e-5 * (1.0 + value),
                "{}, {loss:?}: {sum}, not {value}",
                case.name
            );
        }
    }
}

#[test]
fn scores_of_what_is_not_labelled_do_not_count() {
    let case = case("ignored");
    let pixels = case.truth.len();
    let ignored: Vec<usize> = (0..pixels).filter(|&pixel| case.truth[pixel] == IGNORE).collect();
    assert!(!ignored.is_empty());
    let mut other_scores = case.scores.clone();
    for (i, score) in other_scores.iter_mut().enumerate() {
        if ignored.contains(&(i % pixels)) {
            *score = 40.0 - i as f32;
        }
    }
    for LossCase { loss, .. } in &case.losses {
        let ours = case.evaluate(loss);
        assert_eq!(ours, loss.evaluate(&other_scores, &case.truth, case.shape).unwrap(), "{loss:?}");
        for &pixel in &ignored {
            assert!(ours.gradient.iter().skip(pixel).step_by(pixels).all(|slope| *slope == 0.0), "{loss:?}");
            assert!(ours.per_pixel.iter().chain(&ours.weights).all(|map| map[pixel] == 0.0), "{loss:?}");
        }
    }
}

#[test]
fn nothing_labelled_is_zero() {
    let case = case("random");
    let truth = vec![IGNORE; case.truth.len()];
    for LossCase { loss, .. } in &case.losses {
        let ours = loss.evaluate(&case.scores, &truth, case.shape).unwrap();
        assert_eq!(ours.value, 0.0, "{loss:?}");
        assert!(ours.gradient.iter().all(|slope| *slope == 0.0), "{loss:?}");
    }
    let weightless = Loss::CrossEntropy { class_weights: Some(vec![0.0; 4]) };
    assert_eq!(case.evaluate(&weightless).value, 0.0);
    let empty = Loss::CrossEntropy { class_weights: None }.evaluate(&[], &[], [3, 0, 5]).unwrap();
    assert_eq!((empty.value, empty.gradient), (0.0, vec![]));
}

/// Where a softmax in f32 would be 0 / 0, and where the true class's probability is exactly one or zero.
#[test]
fn large_scores_stay_finite() {
    let scores = [1e30, 1e30, 0.0, 90.0, -1e30, 1e30, 0.0, -90.0, -1e30, 0.0, 1e30, -90.0];
    let truth = [1, 0, 2, 0];
    let mut losses: Vec<Loss> = case("absent_class").losses.into_iter().map(|case| case.loss).collect();
    losses.push(Loss::Focal { gamma: 0.5, alpha: None });
    losses.push(Loss::Tversky { alpha: 0.0, beta: 0.0, smooth: 0.0 });
    for loss in losses {
        let ours = loss.evaluate(&scores, &truth, [3, 2, 2]).unwrap();
        assert!(ours.value.is_finite() && ours.gradient.iter().all(|slope| slope.is_finite()), "{loss:?}");
    }
    let ties = Loss::CrossEntropy { class_weights: None }.evaluate(&[1e30, 1e30], &[0], [2, 1, 1]).unwrap();
    assert!((ties.value - 2f64.ln()).abs() < 1e-12, "{}", ties.value);
}

#[test]
fn losses_have_each_other_as_special_cases() {
    for case in cases() {
        let same = |a: Loss, b: Loss| {
            let (ours, theirs) = (case.evaluate(&a), case.evaluate(&b));
            let mut differences = Differences::new(1e-9);
            differences.compare(&case.name, ours.value, theirs.value);
            let gradient: Vec<f64> = theirs.gradient.iter().map(|&slope| f64::from(slope)).collect();
            differences.compare_all(&case.name, &ours.gradient, &gradient);
            differences.report();
        };
        let classes = case.shape[0];
        same(Loss::Focal { gamma: 0.0, alpha: None }, Loss::CrossEntropy { class_weights: None });
        same(
            Loss::CrossEntropy { class_weights: Some(vec![3.0; classes]) },
            Loss::CrossEntropy { class_weights: None },
        );
        for smooth in [0.0, 2.0] {
            same(Loss::Tversky { alpha: 0.5, beta: 0.5, smooth }, Loss::Dice { squared: false, smooth });
        }
    }
}

#[test]
fn border_weights_by_hand() {
    let loss = Loss::BorderWeighted { w0: 10.0, sigma: 2.0 };
    let weights = |truth: &[u8], [h, w]: [usize; 2]| {
        let scores = uniform("scores", 3 * truth.len(), -1.0, 1.0);
        loss.evaluate(&scores, truth, [3, h, w]).unwrap().weights.unwrap()
    };
    let border = |d1: f64, d2: f64| 10.0 * (-(d1 + d2).powi(2) / 8.0).exp();
    let expect = |ours: Vec<f32>, theirs: &[f64]| {
        let mut differences = Differences::new(1e-7);
        differences.compare_all("weights", &ours, theirs);
        differences.report();
    };
    // Three background pixels and two of each of two classes.
    let [background, object] = [7.0 / 9.0, 7.0 / 6.0];
    let near = background + border(1.0, 2.0);
    expect(
        weights(&[0, 1, 1, 0, 0, 2, 2], [1, 7]),
        &[background + border(1.0, 5.0), object, object, near, near, object, object],
    );
    // What is not labelled cuts a component in two, and weighs nothing.
    let [background, object] = [5.0 / 4.0, 5.0 / 6.0];
    expect(
        weights(&[1, IGNORE, 1, 1, 0, 0], [1, 6]),
        &[object, 0.0, object, object, background + border(1.0, 4.0), background + border(2.0, 5.0)],
    );
    // Corners are no neighbours.
    let corner = 1.0 + border(1.0, 1.0);
    expect(weights(&[1, 0, 0, 1], [2, 2]), &[1.0, corner, corner, 1.0]);
    // One component alone has no border.
    expect(weights(&[1, 0], [1, 2]), &[1.0, 1.0]);
}

#[test]
fn losses_travel_as_json() {
    for LossCase { loss, .. } in case("random").losses {
        let json = serde_json::to_string(&loss).unwrap();
        assert_eq!(serde_json::from_str::<Loss>(&json).unwrap(), loss, "{json}");
    }
    for wrong in [
        r#"{"kind":"hinge"}"#,
        r#"{"kind":"focal"}"#,
        r#"{"kind":"focal","gamma":2,"beta":1}"#,
        r#"{"kind":"dice","squared":1,"smooth":0}"#,
        r#"{"gamma":2}"#,
    ] {
        assert!(serde_json::from_str::<Loss>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn wrong_inputs_say_what_to_do() {
    let plain = || Loss::CrossEntropy { class_weights: None };
    let weighted = |weights: &[f32]| Loss::CrossEntropy { class_weights: Some(weights.to_vec()) };
    let focal = |gamma: f32, alpha: Option<Vec<f32>>| Loss::Focal { gamma, alpha };
    let border = |w0: f32, sigma: f32| Loss::BorderWeighted { w0, sigma };
    let tversky = |alpha: f32, beta: f32, smooth: f32| Loss::Tversky { alpha, beta, smooth };
    let scores = vec![0.5; 12];
    let with = |i: usize, score: f32| {
        let mut scores = scores.clone();
        scores[i] = score;
        scores
    };
    let truth: &[u8] = &[0, 1, IGNORE, 1, 0, 1];
    let shape = [2, 2, 3];
    let wrong = [
        (plain(), scores[..11].to_vec(), truth, shape, "there are 11 scores for 2 classes of 3x2 pixels"),
        (plain(), vec![0.5; 13], truth, shape, "there are 13 scores"),
        (plain(), scores.clone(), &truth[..5], shape, "the truth has 5 labels for 3x2 pixels"),
        (plain(), scores.clone(), truth, [2, usize::MAX, 3], "the truth has 6 labels"),
        (plain(), vec![], truth, [0, 2, 3], "there are 0 classes"),
        (plain(), vec![0.5; 6 * 256], truth, [256, 2, 3], "1 to 255 classes"),
        (plain(), scores.clone(), &[0, 1, 0, 1, 2, 1][..], shape, "the truth is 2 at (1, 1), of 2 classes"),
        (plain(), scores.clone(), &[254, 1, 0, 1, 0, 1][..], shape, "the truth is 254 at (0, 0)"),
        (plain(), with(10, f32::NAN), truth, shape, "the score of class 1 at (1, 1) is NaN"),
        (plain(), with(2, f32::INFINITY), truth, shape, "the score of class 0 at (2, 0) is inf"),
        (weighted(&[1.0]), scores.clone(), truth, shape, "class_weights has 1 numbers for 2 classes"),
        (weighted(&[1.0; 3]), scores.clone(), truth, shape, "class_weights has 3 numbers for 2 classes"),
        (weighted(&[1.0, -0.5]), scores.clone(), truth, shape, "class_weights[1] is -0.5"),
        (weighted(&[f32::NAN, 1.0]), scores.clone(), truth, shape, "class_weights[0] is NaN"),
        (border(-1.0, 5.0), scores.clone(), truth, shape, "w0 is -1"),
        (border(f32::INFINITY, 5.0), scores.clone(), truth, shape, "w0 is inf"),
        (border(10.0, 0.0), scores.clone(), truth, shape, "sigma is 0"),
        (border(10.0, -1.0), scores.clone(), truth, shape, "sigma is -1"),
        (border(10.0, f32::NAN), scores.clone(), truth, shape, "sigma is NaN"),
        (focal(-0.1, None), scores.clone(), truth, shape, "gamma is -0.1"),
        (focal(f32::NAN, None), scores.clone(), truth, shape, "gamma is NaN"),
        (focal(2.0, Some(vec![])), scores.clone(), truth, shape, "alpha has 0 numbers for 2 classes"),
        (focal(2.0, Some(vec![1.0, -1.0])), scores.clone(), truth, shape, "alpha[1] is -1"),
        (Loss::Dice { squared: true, smooth: -1.0 }, scores.clone(), truth, shape, "smooth is -1"),
        (tversky(-0.5, 0.5, 0.0), scores.clone(), truth, shape, "alpha is -0.5"),
        (tversky(0.5, -0.5, 0.0), scores.clone(), truth, shape, "beta is -0.5"),
        (tversky(0.5, 0.5, f32::NAN), scores.clone(), truth, shape, "smooth is NaN"),
    ];
    let mut unsaid = Vec::new();
    for (loss, scores, truth, shape, expected) in wrong {
        match loss.evaluate(&scores, truth, shape) {
            Err(error) if error.kind() == ErrorKind::OutOfRange && error.to_string().contains(expected) => {
                assert!(error.to_string().contains("; give "), "{error}");
            }
            other => unsaid.push(format!("{loss:?}, {expected}: {:?}", other.map(|ours| ours.value))),
        }
    }
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
    assert!(plain().evaluate(&scores, truth, shape).is_ok());
}
