//! Scores of networks on labels whose classes are not theirs.

use segscope::lab::metrics::{ConfusionMatrix, IGNORE};

/// For each class of a pack's labels, the classes of a network that are meant.
pub type Counterparts = &'static [(&'static str, &'static [u8])];

/// Of Pascal VOC's 21 classes in people_ccp: whatever is no person is background there.
pub const PEOPLE_FROM_VOC: Counterparts = &[
    ("background", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20]),
    ("person", &[15]),
];

/// Of the 20 classes of EdgeNets' Cityscapes in street_camvid. Keep in sync with the rows of `street` in training/recipes.py. Terrain (9),
/// train (16), motorcycle (17) and what Cityscapes leaves out (19) have no counterpart.
pub const CAMVID_FROM_CITYSCAPES: Counterparts = &[
    ("sky", &[10]),
    ("building", &[2]),
    ("pole", &[5]),
    ("road", &[0]),
    ("pavement", &[1]),
    ("tree", &[8]),
    ("sign_symbol", &[6, 7]),
    ("fence", &[3, 4]),
    ("car", &[13, 14, 15]),
    ("pedestrian", &[11]),
    ("bicyclist", &[12, 18]),
];

/// Which class of the labels a class of a network is.
pub struct ClassMap {
    /// How many classes the labels tell apart.
    labels: usize,
    /// For each class of the network, theirs; `labels` where they have none like it.
    label_from_answer: Vec<u8>,
}

impl ClassMap {
    /// Of a network that was trained on such labels.
    pub fn same(classes: usize) -> Self {
        Self { labels: classes, label_from_answer: (0..=u8::MAX).take(classes).collect() }
    }

    /// Of a network that tells so many classes apart.
    pub fn of_counterparts(counterparts: Counterparts, classes: usize) -> Self {
        let mut label_from_answer = vec![counterparts.len() as u8; classes];
        for (label, (_, answers)) in (0..=u8::MAX).zip(counterparts) {
            for &answer in *answers {
                label_from_answer[usize::from(answer)] = label;
            }
        }
        Self { labels: counterparts.len(), label_from_answer }
    }

    /// Of no pixels yet, with a column more than the labels have classes.
    pub fn matrix(&self) -> ConfusionMatrix {
        ConfusionMatrix::new(self.labels + 1)
    }

    /// Adds a photo: its labels, and the network's classes.
    ///
    /// Errors: the first label beyond the classes.
    pub fn add(&self, matrix: &mut ConfusionMatrix, truth: &[u8], answers: &[u8]) -> Result<(), u8> {
        let is_beyond = |label: &&u8| **label != IGNORE && usize::from(**label) >= self.labels;
        if let Some(label) = truth.iter().find(is_beyond) {
            return Err(*label);
        }
        let label = |answer: &u8| self.label_from_answer[usize::from(*answer)];
        matrix.add(truth, &answers.iter().map(label).collect::<Vec<_>>())
    }

    /// Over the labels' classes alone: an answer that is none of them is missing from the class of its pixel.
    pub fn mean_iou(&self, matrix: &ConfusionMatrix) -> f64 {
        let ious: Vec<f64> = (0..self.labels).filter_map(|class| matrix.iou(class)).collect();
        ious.iter().sum::<f64>() / ious.len().max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The network's class 1 has no counterpart.
    const COUNTERPARTS: Counterparts = &[("a", &[2, 3]), ("b", &[0])];

    #[test]
    fn an_answer_without_a_counterpart_is_wrong_and_no_class() {
        let map = ClassMap::of_counterparts(COUNTERPARTS, 4);
        let mut matrix = map.matrix();
        map.add(&mut matrix, &[0, 0, 0, 0, 1, IGNORE], &[2, 3, 1, 1, 0, 1]).unwrap();
        assert_eq!((matrix.iou(0), matrix.iou(1)), (Some(0.5), Some(1.0)));
        assert_eq!(map.mean_iou(&matrix), 0.75);
    }

    #[test]
    fn a_network_s_own_classes_score_as_ever() {
        let (truth, answers) = ([0, 0, 1, 1, IGNORE], [0, 1, 1, 1, 0]);
        let map = ClassMap::same(3);
        let mut matrix = map.matrix();
        map.add(&mut matrix, &truth, &answers).unwrap();
        let mut expected = ConfusionMatrix::new(3);
        expected.add(&truth, &answers).unwrap();
        assert_eq!(map.mean_iou(&matrix), expected.mean_iou());
    }

    #[test]
    fn a_label_beyond_the_classes_is_reported() {
        let map = ClassMap::of_counterparts(COUNTERPARTS, 4);
        assert_eq!(map.add(&mut map.matrix(), &[0, 2], &[2, 2]), Err(2));
    }

    #[test]
    fn no_class_has_two_counterparts() {
        for (counterparts, classes, without) in [(PEOPLE_FROM_VOC, 21, 0), (CAMVID_FROM_CITYSCAPES, 20, 4)] {
            let map = ClassMap::of_counterparts(counterparts, classes);
            let count = |wanted: &dyn Fn(usize) -> bool| {
                map.label_from_answer.iter().filter(|label| wanted(usize::from(**label))).count()
            };
            let listed: usize = counterparts.iter().map(|(_, answers)| answers.len()).sum();
            assert_eq!(count(&|label| label < map.labels), listed);
            assert_eq!(count(&|label| label == map.labels), without);
        }
    }
}
