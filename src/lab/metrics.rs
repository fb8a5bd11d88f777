//! Segmentation metrics from one confusion matrix over a whole data set (Everingham et al. 2015, IJCV, section 4.3; Long et
//! al. 2015, arXiv 1411.4038, section 5).

/// Pixels by true and predicted class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    classes: usize,
    /// `counts[truth * classes + predicted]`
    counts: Vec<u64>,
}

/// Label of pixels that count for nothing.
pub const IGNORE: u8 = 255;

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

    /// Pixels of true class `truth` that were predicted as `predicted`.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        self.counts[truth * self.classes + predicted]
    }

    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Intersection over union of one class: `tp / (tp + fp + fn)`; none if the class is neither there nor predicted.
    pub fn iou(&self, class: usize) -> Option<f64> {
        let (tp, truth, predicted) = self.sums(class);
        let union = truth + predicted - tp;
        (union > 0).then(|| tp as f64 / union as f64)
    }

    /// Mean over the classes that have an IoU.
    pub fn mean_iou(&self) -> f64 {
        mean((0..self.classes).filter_map(|class| self.iou(class)))
    }

    /// Dice coefficient (F1) of one class: `2 tp / (2 tp + fp + fn)`.
    pub fn dice(&self, class: usize) -> Option<f64> {
        let (tp, truth, predicted) = self.sums(class);
        (truth + predicted > 0).then(|| 2.0 * tp as f64 / (truth + predicted) as f64)
    }

    /// Mean over the classes that have a Dice coefficient.
    pub fn mean_dice(&self) -> f64 {
        mean((0..self.classes).filter_map(|class| self.dice(class)))
    }

    /// Share of labelled pixels that are right.
    pub fn pixel_accuracy(&self) -> f64 {
        let right: u64 = (0..self.classes).map(|class| self.count(class, class)).sum();
        right as f64 / self.counts.iter().sum::<u64>().max(1) as f64
    }

    /// Pixels right, labelled and predicted as `class`.
    fn sums(&self, class: usize) -> (u64, u64, u64) {
        let truth = (0..self.classes).map(|predicted| self.count(class, predicted)).sum();
        let predicted = (0..self.classes).map(|truth| self.count(truth, class)).sum();
        (self.count(class, class), truth, predicted)
    }
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
    }
}
