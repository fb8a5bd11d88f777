//! Rounding that keeps sums: what a channel adds up over its inputs stays right, though each weight is off by a little.
//!
//! Rounding every weight to the nearest step leaves errors that happen to point one way in some filter, and since
//! activations are mostly of one sign such a filter's output is shifted everywhere. Guo et al. 2022, "SQuant"
//! (arXiv 2202.07471, section 3), round the weights closest to a half the other way until the errors of each kernel,
//! then of each output channel, add up to at most half a step. No data is needed, and no weight is off by a whole step.

use std::ops::RangeInclusive;

/// Rounds one output channel, given in steps, to integers in `range`: halves to the even one, as `torch.round` does,
/// then balanced within each kernel of `kernel` numbers and over the channel.
pub(super) fn round_channel(exact: &[f32], kernel: usize, range: RangeInclusive<i8>) -> Vec<i8> {
    let range = f32::from(*range.start())..=f32::from(*range.end());
    let mut steps: Vec<f32> =
        exact.iter().map(|v| v.round_ties_even().clamp(*range.start(), *range.end())).collect();
    if kernel > 1 {
        for (exact, steps) in exact.chunks(kernel).zip(steps.chunks_mut(kernel)) {
            balance(exact, steps, &range);
        }
    }
    balance(exact, &mut steps, &range);
    steps.into_iter().map(|step| step as i8).collect()
}

/// Rounds those the other way that are nearest to it, until the errors add up to at most half a step.
fn balance(exact: &[f32], steps: &mut [f32], range: &RangeInclusive<f32>) {
    let excess: f32 = steps.iter().zip(exact).map(|(step, v)| step - v).sum();
    let (flips, direction) = (excess.abs().round_ties_even() as usize, excess.signum());
    if flips == 0 {
        return;
    }
    let mut candidates: Vec<(f32, usize)> = (0..exact.len())
        .map(|i| ((steps[i] - exact[i]) * direction, i))
        .filter(|&(error, i)| error > 0.0 && range.contains(&(steps[i] - direction)))
        .collect();
    if flips < candidates.len() {
        candidates.select_nth_unstable_by(flips, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        candidates.truncate(flips);
    }
    for (_, i) in candidates {
        steps[i] -= direction;
    }
}

#[cfg(test)]
mod tests {
    use super::round_channel;

    #[test]
    fn halves_go_to_the_even_step() {
        // Errors of +0.5 and -0.5 add up to nothing, so nothing is balanced.
        assert_eq!(round_channel(&[1.5, 2.5], 1, -127..=127), [2, 2]);
    }

    #[test]
    fn a_channel_keeps_its_sum() {
        let exact = [0.4, 0.4, 0.3, 0.45, 0.2, 0.1];
        let rounded = round_channel(&exact, 1, -127..=127);
        assert_eq!(rounded, [1, 0, 0, 1, 0, 0], "sum 1.85: the two nearest to a half go up");
    }

    #[test]
    fn each_kernel_keeps_its_sum() {
        let exact = [0.4, 0.4, 0.4, -0.4, -0.4, -0.4];
        let rounded = round_channel(&exact, 3, -127..=127);
        assert_eq!(rounded, [1, 0, 0, -1, 0, 0]);
    }

    #[test]
    fn balancing_stays_in_range() {
        assert_eq!(round_channel(&[9.0, 6.6, 7.4], 1, -8..=7), [7, 7, 7]);
    }
}
