//! A network's kernels by name and kind, exact and rounded: depthwise ones, whose few numbers a channel leave rounding errors no others
//! to cancel with, and the others.

use segscope::graph::Op;
use segscope::weights::Model;
use segscope::weights::quantise::QuantisationError;

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
    [Kind::Depthwise, Kind::Other].map(|kind| {
        let layer = |name: &str| {
            let [exact, rounded] = [exact, rounded].map(|model| model.weights[name].dequantise());
            Layer { name: name.into(), error: QuantisationError::between(&exact, &rounded).relative_rms() }
        };
        kernels(exact, kind).into_iter().map(layer).max_by(|a, b| a.error.total_cmp(&b.error))
    })
}
