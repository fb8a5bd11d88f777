//! Boundary IoU: Cheng, Girshick, Dollár, Berg, Kirillov, "Boundary IoU: Improving Object-Centric Image Segmentation
//! Evaluation", CVPR 2021, arXiv 2103.16562, section "Boundary IoU". The IoU of large regions hardly sees their borders,
//! this one sees nothing else.
//!
//! As in the authors' code (github.com/bowenc0221/boundary-iou-api, boundary_iou/utils/boundary_utils.py, mask_to_boundary)
//! distances are in steps to any of the eight neighbours, and beyond the picture's frame nothing belongs to a region: where the
//! frame cuts a region, its boundary runs along the frame.
//!
//! Differences: regions are classes, not objects, and pixels that are not labelled are of no class in the truth and in the
//! prediction alike, so that a perfect prediction has 1 next to them too. The authors' code (of panoptic segmentation) takes
//! them out of the union only.

use super::metrics::IGNORE;

/// Boundary IoU of each class, in masks `[h, w]` of class ids: the IoU of the pixels of the class that lie within `distance`
/// of another class or of the frame. None if the class is neither there nor predicted.
///
/// The paper takes 2% of the picture's diagonal as the distance, 0.5% for Cityscapes; it is at least one pixel, 0 means 1.
/// Ids from `classes` on are of none of the classes.
///
/// Panics if the sizes disagree, or of more than 255 classes.
pub fn boundary_iou(
    truth: &[u8],
    predicted: &[u8],
    sides: [usize; 2],
    classes: usize,
    distance: usize,
) -> Vec<Option<f64>> {
    assert_eq!(truth.len(), predicted.len(), "a mask and its truth have the same size");
    assert!(classes <= usize::from(IGNORE), "{classes} classes are more than class ids can tell");
    let ignore = |(&truth, &predicted): (&u8, &u8)| if truth == IGNORE { IGNORE } else { predicted };
    let predicted: Vec<u8> = truth.iter().zip(predicted).map(ignore).collect();
    // The class of boundary pixels.
    let [truth, predicted] = [truth, predicted.as_slice()].map(|mask| {
        let pixels = mask.iter().zip(boundary(mask, sides, distance));
        pixels.map(|(&class, is_boundary)| is_boundary.then_some(class)).collect::<Vec<_>>()
    });
    let iou = |class: u8| {
        let of_class = truth.iter().zip(&predicted).map(|(t, p)| [*t == Some(class), *p == Some(class)]);
        let union = of_class.clone().filter(|[t, p]| *t || *p).count();
        let intersection = of_class.filter(|[t, p]| *t && *p).count();
        (union > 0).then(|| intersection as f64 / union as f64)
    };
    (0..IGNORE).take(classes).map(iou).collect()
}

/// Whether each pixel of a mask `[h, w]` lies within `distance` of another label or of the frame, in steps to any of the eight
/// neighbours: what that many erosions by a square of 3x3 take off its region.
///
/// Panics if the sizes disagree.
pub fn boundary(mask: &[u8], [height, width]: [usize; 2], distance: usize) -> Vec<bool> {
    assert_eq!(mask.len(), height * width, "a mask of {width}x{height} has as many labels");
    let reach = distance.max(1);
    // Of the square around a pixel, first each row, then the rows.
    let is_one_in_row = |i: usize| {
        let x = i % width;
        x >= reach && width - x > reach && mask[i - reach..=i + reach].iter().all(|label| *label == mask[i])
    };
    let is_one: Vec<bool> = (0..mask.len()).map(is_one_in_row).collect();
    let is_inside = |i: usize| {
        let (x, y) = (i % width, i / width);
        let is_as_here = |row: usize| is_one[row * width + x] && mask[row * width + x] == mask[i];
        y >= reach && height - y > reach && (y - reach..=y + reach).all(is_as_here)
    };
    (0..mask.len()).map(|i| !is_inside(i)).collect()
}
