//! The weight map of U-Net's loss: Ronneberger, Fischer, Brox, "U-Net: Convolutional Networks for Biomedical Image
//! Segmentation", MICCAI 2015, arXiv 1505.04597, section 3, equation 2,
//! `w(x) = w_c(x) + w0 exp(-(d1(x) + d2(x))^2 / (2 sigma^2))`.
//!
//! What the paper leaves open:
//! - `w_c`, which balances the classes: `labelled pixels / (classes that are there * pixels of the class)`, scikit-learn's
//!   "balanced", whose mean over the pixels is one.
//! - a cell, whose borders `d1` and `d2` are the distances to: a component, that is a region of one class other than the
//!   background, class 0, whose pixels are neighbours by a side. Distances are Euclidean, in pixels, to the nearest
//!   pixel of the nearest component and of the second nearest; with fewer than two there is no border.
//! - where the second term counts: on the background only, as section 1 has "the separating background labels between
//!   touching cells obtain a large weight".

use crate::lab::metrics::IGNORE;

const BACKGROUND: u8 = 0;

/// `truth` `[h, w]` of class ids -> weights `[h, w]`, zero where nothing is labelled. `sigma` is in pixels.
///
/// Costs `pixels * (h + 2 w)`.
pub(super) fn weight_map(truth: &[u8], [height, width]: [usize; 2], w0: f64, sigma: f64) -> Vec<f64> {
    let balance = class_balance(truth);
    let nearest = two_nearest(&components(truth, width), [height, width]);
    let weight = |(&class, nearest): (&u8, &TwoNearest)| {
        let balance = balance[usize::from(class)];
        match nearest.summed_distance() {
            Some(distance) if class == BACKGROUND => {
                balance + w0 * (-distance.powi(2) / (2.0 * sigma.powi(2))).exp()
            }
            _ => balance,
        }
    };
    truth.iter().zip(&nearest).map(weight).collect()
}

/// `w_c` by class id.
fn class_balance(truth: &[u8]) -> [f64; 256] {
    let mut counts = [0usize; 256];
    for &class in truth.iter().filter(|class| **class != IGNORE) {
        counts[usize::from(class)] += 1;
    }
    let labelled: usize = counts.iter().sum();
    let classes = counts.iter().filter(|count| **count > 0).count();
    let balance = |count: usize| labelled as f64 / (classes * count) as f64;
    counts.map(|count| if count > 0 { balance(count) } else { 0.0 })
}

/// The component that each pixel belongs to, numbered from zero.
fn components(truth: &[u8], width: usize) -> Vec<Option<usize>> {
    let mut components = vec![None; truth.len()];
    let mut count = 0;
    let mut open = Vec::new();
    for (seed, &class) in truth.iter().enumerate() {
        if class == BACKGROUND || class == IGNORE || components[seed].is_some() {
            continue;
        }
        components[seed] = Some(count);
        open.push(seed);
        while let Some(pixel) = open.pop() {
            let x = pixel % width;
            let neighbours = [
                pixel.checked_sub(width),
                pixel.checked_sub(1).filter(|_| x > 0),
                Some(pixel + 1).filter(|_| x + 1 < width),
                Some(pixel + width).filter(|below| *below < truth.len()),
            ];
            for neighbour in neighbours.into_iter().flatten() {
                if truth[neighbour] == class && components[neighbour].is_none() {
                    components[neighbour] = Some(count);
                    open.push(neighbour);
                }
            }
        }
        count += 1;
    }
    components
}

#[derive(Clone, Copy)]
struct Near {
    component: usize,
    squared_distance: usize,
}

/// A pixel's nearest component and the nearest other one.
#[derive(Clone, Copy, Default)]
struct TwoNearest([Option<Near>; 2]);

impl TwoNearest {
    fn offer(&mut self, candidate: Near) {
        let is_closer =
            |than: Option<Near>| than.is_none_or(|near| candidate.squared_distance < near.squared_distance);
        let [first, second] = self.0;
        let is_first = first.is_some_and(|near| near.component == candidate.component);
        if is_closer(first) {
            self.0 = [Some(candidate), if is_first { second } else { first }];
        } else if !is_first && is_closer(second) {
            self.0[1] = Some(candidate);
        }
    }

    /// `d1 + d2`; none if there are fewer than two components.
    fn summed_distance(&self) -> Option<f64> {
        let [Some(first), Some(second)] = self.0 else { return None };
        Some((first.squared_distance as f64).sqrt() + (second.squared_distance as f64).sqrt())
    }
}

/// Of each pixel, in two passes, as squared distances add up: the two nearest in its column, then the nearest of these along
/// its row. None is missed: were a component not among the two nearest in the column of its own nearest pixel, the two
/// that are would be nearer altogether.
fn two_nearest(components: &[Option<usize>], [height, width]: [usize; 2]) -> Vec<TwoNearest> {
    let mut in_column = vec![TwoNearest::default(); components.len()];
    for (i, nearest) in in_column.iter_mut().enumerate() {
        let (x, y) = (i % width, i / width);
        for row in 0..height {
            if let Some(component) = components[row * width + x] {
                nearest.offer(Near { component, squared_distance: row.abs_diff(y).pow(2) });
            }
        }
    }
    let of_pixel = |i: usize| {
        let (x, y) = (i % width, i / width);
        let mut nearest = TwoNearest::default();
        for column in 0..width {
            for near in in_column[y * width + column].0.into_iter().flatten() {
                let squared_distance = near.squared_distance + column.abs_diff(x).pow(2);
                nearest.offer(Near { squared_distance, ..near });
            }
        }
        nearest
    };
    (0..components.len()).map(of_pixel).collect()
}
