//! Segmentation metrics from one confusion matrix over a whole data set (Everingham et al. 2015, IJCV, section 4.3; Long et
//! al. 2015, arXiv 1411.4038, section 5).
//!
//! Absent classes: what would be 0 / 0 is undefined, `None`, and no part of a mean. So a class that is neither in the truth nor
//! predicted has no IoU and no Dice; one that is in the truth only, or predicted only, has an IoU and a Dice of 0.
//! scikit-learn does so with `zero_division=nan`, segmentation_models.pytorch would count such a class as 1. Over no class
//! at all, and over no pixel, means and shares are 0.

/// Pixels by true and predicted class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// `counts[truth * classes + predicted]`
    counts: Vec<u64>,
}

/// Label of pixels that count for nothing.
pub const IGNORE: u8 = 255;

/// The labelled pixels by what they are for one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Of the class, and predicted as it.
    pub true_positives: u64,
    /// Predicted as the class, but of another.
    pub false_positives: u64,
    /// Of the class, but predicted as another.
    pub false_negatives: u64,
    /// The rest.
    pub true_negatives: u64,
}

impl ConfusionMatrix {
    pub fn new(classes: usize) -> Self {
        Self { classes, counts: vec![0; classes * classes] }
    }

    /// Adds one picture. Pixels labelled [`IGNORE`] are left out; labels and predictions beyond the classes are a broken
    /// pack or model, reported as the first such value.
    pub fn add(&mut self, truth: &[u8], predicted: &[u8]) -> Result<(), u8> {
        assert_eq!(truth.len(), predicted.len(), "a mask and its truth have the same size");
        for (&t, &p) in truth.iter().zip(predicted).filter(|(t, _)| **t != IGNORE) {
            let (row, column) = (usize::from(t), usize::from(p));
            if row >= self.classes || column >= self.classes {
                return Err(if row >= self.classes { t } else { p });
            }
            self.counts[row * self.classes + column] += 1;
        }
        Ok(())
    }

    /// Adds the pixels of another matrix.
    ///
    /// Panics if it is of another number of classes.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.classes, other.classes, "matrices have the same classes");
        for (count, other) in self.counts.iter_mut().zip(&other.counts) {
            *count += other;
        }
    }

    /// Pixels of true class `truth` that were predicted as `predicted`.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        self.counts[truth * self.classes + predicted]
    }

    pub fn classes(&self) -> usize {
        self.classes
    }

    /// True and false positives and negatives of one class, which add up to the labelled pixels.
    pub fn outcomes(&self, class: usize) -> Outcomes {
        let true_positives = self.count(class, class);
        let false_positives = self.predicted(class) - true_positives;
        let false_negatives = self.labelled_as(class) - true_positives;
        let true_negatives = self.labelled() - true_positives - false_positives - false_negatives;
        Outcomes { true_positives, false_positives, false_negatives, true_negatives }
    }

    /// Share of what is predicted as one class that is right: `tp / (tp + fp)`; none if the class is not predicted.
    pub fn precision(&self, class: usize) -> Option<f64> {
        ratio(self.count(class, class), self.predicted(class))
    }

    /// Share of one class that is found: `tp / (tp + fn)`; none if the class is not there.
    pub fn recall(&self, class: usize) -> Option<f64> {
        ratio(self.count(class, class), self.labelled_as(class))
    }

    /// Intersection over union (Jaccard index) of one class: `tp / (tp + fp + fn)`; none if the class is neither there nor
    /// predicted. It is `dice / (2 - dice)`.
    pub fn iou(&self, class: usize) -> Option<f64> {
        let tp = self.count(class, class);
        ratio(tp, self.labelled_as(class) + self.predicted(class) - tp)
    }

    /// Mean over the classes that have an IoU.
    pub fn mean_iou(&self) -> f64 {
        mean((0..self.classes).filter_map(|class| self.iou(class)))
    }

    /// IoU of all classes at once, "micro": the sum of their true positives over the sum of their unions. Large classes
    /// outweigh small ones, which in [`mean_iou`](Self::mean_iou) count as much.
    pub fn global_iou(&self) -> f64 {
        // A wrong pixel is in two unions, as a false negative of its class and as a false positive of another.
        ratio(self.right(), 2 * self.labelled() - self.right()).unwrap_or(0.0)
    }

    /// Mean over the classes, weighted by their share of the labelled pixels (Long et al. 2015, section 5).
    pub fn frequency_weighted_iou(&self) -> f64 {
        let of_class = |class| self.iou(class).unwrap_or(0.0) * self.labelled_as(class) as f64;
        (0..self.classes).map(of_class).sum::<f64>() / self.labelled().max(1) as f64
    }

    /// Dice coefficient of one class, `2 tp / (2 tp + fp + fn)`; none if the class is neither there nor predicted. It is F1,
    /// the harmonic mean of precision and recall, and `2 iou / (1 + iou)`.
    pub fn dice(&self, class: usize) -> Option<f64> {
        ratio(2 * self.count(class, class), self.labelled_as(class) + self.predicted(class))
    }

    /// Mean over the classes that have a Dice coefficient.
    pub fn mean_dice(&self) -> f64 {
        mean((0..self.classes).filter_map(|class| self.dice(class)))
    }

    /// Dice coefficient of all classes at once, "micro". As every wrong pixel is a false positive of one class and a false
    /// negative of another, it is the pixel accuracy.
    pub fn global_dice(&self) -> f64 {
        self.pixel_accuracy()
    }

    /// Share of labelled pixels that are right.
    pub fn pixel_accuracy(&self) -> f64 {
        ratio(self.right(), self.labelled()).unwrap_or(0.0)
    }

    fn right(&self) -> u64 {
        (0..self.classes).map(|class| self.count(class, class)).sum()
    }

    fn labelled(&self) -> u64 {
        self.counts.iter().sum()
    }

    fn labelled_as(&self, class: usize) -> u64 {
        (0..self.classes).map(|predicted| self.count(class, predicted)).sum()
    }

    fn predicted(&self, class: usize) -> u64 {
        (0..self.classes).map(|truth| self.count(truth, class)).sum()
    }
}

fn ratio(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three classes, the last in neither picture; one ignored pixel.
    fn matrix() -> ConfusionMatrix {
        let mut matrix = ConfusionMatrix::new(3);
        matrix.add(&[0, 0, 0, 1, 1, IGNORE], &[0, 0, 1, 1, 0, 1]).unwrap();
        matrix
    }

    #[test]
    fn counts_by_hand() {
        let m = matrix();
        assert_eq!([m.count(0, 0), m.count(0, 1), m.count(1, 0), m.count(1, 1)], [2, 1, 1, 1]);
        assert_eq!(m.iou(0), Some(2.0 / 4.0));
        assert_eq!(m.iou(1), Some(1.0 / 3.0));
        assert_eq!(m.iou(2), None);
        assert!((m.mean_iou() - (0.5 + 1.0 / 3.0) / 2.0).abs() < 1e-12);
        assert_eq!(m.dice(0), Some(4.0 / 6.0));
        assert_eq!(m.pixel_accuracy(), 3.0 / 5.0);
        assert_eq!((m.precision(1), m.recall(1)), (Some(1.0 / 2.0), Some(1.0 / 2.0)));
        assert_eq!((m.precision(2), m.recall(2), m.dice(2)), (None, None, None));
        assert_eq!((m.global_iou(), m.global_dice()), (3.0 / 7.0, 3.0 / 5.0));
        assert!((m.frequency_weighted_iou() - (3.0 * 0.5 + 2.0 / 3.0) / 5.0).abs() < 1e-12);
        let outcomes =
            Outcomes { true_positives: 1, false_positives: 1, false_negatives: 1, true_negatives: 2 };
        assert_eq!(m.outcomes(1), outcomes);
    }

    #[test]
    fn a_class_in_one_picture_only_has_an_iou_of_zero() {
        let mut m = ConfusionMatrix::new(2);
        m.add(&[0, 0], &[1, 1]).unwrap();
        assert_eq!([m.iou(0), m.iou(1), m.dice(0), m.dice(1)], [Some(0.0); 4]);
        assert_eq!((m.precision(0), m.recall(0)), (None, Some(0.0)));
        assert_eq!((m.precision(1), m.recall(1)), (Some(0.0), None));
    }

    #[test]
    #[should_panic(expected = "the same classes")]
    fn matrices_of_other_classes_do_not_merge() {
        ConfusionMatrix::new(2).merge(&ConfusionMatrix::new(3));
    }

    #[test]
    fn a_label_beyond_the_classes_is_reported() {
        assert_eq!(ConfusionMatrix::new(2).add(&[0, 7], &[0, 0]), Err(7));
        assert_eq!(ConfusionMatrix::new(2).add(&[0, 0], &[0, 9]), Err(9));
    }

    #[test]
    fn nothing_labelled_is_no_division_by_zero() {
        let m = ConfusionMatrix::new(2);
        assert_eq!((m.mean_iou(), m.pixel_accuracy(), m.mean_dice()), (0.0, 0.0, 0.0));
        assert_eq!((m.global_iou(), m.global_dice(), m.frequency_weighted_iou()), (0.0, 0.0, 0.0));
    }
}
