//! A network's kernels by name and kind, exact and rounded: depthwise ones, whose few numbers a channel leave rounding errors no others
//! to cancel with, and the others.

use segscope::graph::Op;
use segscope::weights::quantise::QuantisationError;
use segscope::weights::{Model, Stored};

/// A kernel, and how far it is rounded.
pub struct Layer {
    pub name: String,
    /// Relative RMS.
    pub error: f64,
}

/// Which kernels are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Depthwise,
    Other,
}

/// The names of a network's kernels of one kind.
pub fn kernels(model: &Model, kind: Kind) -> Vec<&str> {
    let is_depthwise = |op: &Op| matches!(op, Op::Conv2d(conv) if conv.is_depthwise());
    let convolutions = model.graph.nodes.iter().filter(|node| node.op.convolution().is_some());
    let of_kind = convolutions.filter(|node| is_depthwise(&node.op) == (kind == Kind::Depthwise));
    of_kind.map(|node| node.weights[0].as_str()).collect()
}

/// The depthwise kernel that is rounded furthest, and the other one.
pub fn worst_layers(exact: &Model, rounded: &Model) -> [Option<Layer>; 2] {
    worst(exact, |name| {
        let [exact, rounded] = [exact, rounded].map(|model| model.weights[name].dequantise());
        QuantisationError::between(&exact, &rounded).relative_rms()
    })
}

/// As [`worst_layers`], of a network in int8 whose exact weights are not there: as far as rounding to equal steps is off on average. A kernel
/// in another format counts as exact.
pub fn expected_worst_layers(rounded: &Model) -> [Option<Layer>; 2] {
    worst(rounded, |name| match &rounded.weights[name] {
        Stored::Int8 { values, scale, .. } => expected_error(values, scale),
        _ => 0.0,
    })
}

fn worst(model: &Model, error: impl Fn(&str) -> f64) -> [Option<Layer>; 2] {
    [Kind::Depthwise, Kind::Other].map(|kind| {
        let layer = |name: &str| Layer { name: name.into(), error: error(name) };
        kernels(model, kind).into_iter().map(layer).max_by(|a, b| a.error.total_cmp(&b.error))
    })
}

/// Relative RMS of numbers that were rounded to multiples of their channel's scale: an error anywhere within half a step of zero has a
/// variance of a twelfth. How near that is to the real error: docs/decisions.md.
fn expected_error(values: &[i8], scale: &[f32]) -> f64 {
    let (mut squared_error, mut squared) = (0.0, 0.0);
    for (channel, &scale) in values.chunks(values.len() / scale.len()).zip(scale) {
        let step = f64::from(scale).powi(2);
        squared_error += step * channel.len() as f64 / 12.0;
        squared += step * channel.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>();
    }
    if squared > 0.0 { (squared_error / squared).sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use segscope::graph::Tensor;
    use segscope::graph::random::uniform;
    use segscope::weights::Precision;
    use segscope::weights::quantise::quantise;

    use super::*;

    #[test]
    fn the_expected_error_of_int8_is_about_the_real_one() {
        let exact = Tensor::new(vec![64, 1, 3, 3], uniform("kernel", 64 * 9, -0.3, 0.5));
        let weights = [("kernel".to_owned(), exact.clone())].into_iter().collect();
        let rounded = quantise(&weights, Precision::Int8);
        let Stored::Int8 { values, scale, .. } = &rounded["kernel"] else { panic!("it is in int8") };
        let real = QuantisationError::between(&exact, &rounded["kernel"].dequantise()).relative_rms();
        let ratio = expected_error(values, scale) / real;
        assert!((0.9..1.1).contains(&ratio), "{ratio} times the real error");
    }
}
