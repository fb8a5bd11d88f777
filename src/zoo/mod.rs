//! The zoo: every architecture once, by name.

mod efficient_pyramid_pool;
pub mod encoders;
pub mod espnet_v2;
pub mod lraspp;
pub mod unet;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
use encoders::mobilenet_v3;
use espnet_v2::EspNetV2;
use lraspp::LrAspp;
use unet::{Encoder, Unet};

/// What a caller chooses about an architecture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Width multiplier, for an architecture that has [`Architecture::scales`].
    pub scale: Option<f64>,
    /// Channels of the scores, 1 to [`MAX_CLASSES`].
    pub classes: usize,
}

/// Class ids are bytes and 255 means "ignore".
pub const MAX_CLASSES: usize = 255;

/// An entry of the zoo.
pub struct Architecture {
    /// The name in catalogues, command lines and model files.
    pub name: &'static str,
    /// The sides of a picture are brought to multiples of this before it enters the network.
    pub input_multiple: usize,
    /// The width multipliers that exist; empty if there is no choice.
    pub scales: &'static [f64],
    /// Entries of a checkpoint that inference does not use, besides the counters of batch norms. A `*` at
    /// the end stands for any text.
    unused: &'static [&'static str],
    /// From a scale that exists (1 where there is no choice) and a number of classes.
    graph: fn(f64, usize) -> Graph,
}

pub const ARCHITECTURES: &[Architecture] = &[
    Architecture {
        name: "espnet_v2",
        input_multiple: 32,
        scales: espnet_v2::SCALES,
        // The strided units hold an activation that only the residual ones apply.
        unused: &[
            "base_net.level2_0.eesp.module_act.weight",
            "base_net.level3_0.eesp.module_act.weight",
            "base_net.level4_0.eesp.module_act.weight",
        ],
        graph: |scale, classes| EspNetV2 { scale, classes }.graph(),
    },
    Architecture {
        name: "lraspp_mobilenet_v3_large",
        input_multiple: 32,
        scales: &[],
        unused: &[],
        graph: |_, classes| LrAspp { encoder: mobilenet_v3::LARGE, classes }.graph(),
    },
    Architecture {
        name: "lraspp_mobilenet_v3_small",
        input_multiple: 32,
        scales: &[],
        unused: &[],
        graph: |_, classes| LrAspp { encoder: mobilenet_v3::SMALL, classes }.graph(),
    },
    Architecture {
        name: "unet_resnet18",
        input_multiple: 32,
        scales: &[],
        unused: &["classification_head.*"],
        graph: |_, classes| Unet { encoder: Encoder::Resnet18, classes }.graph(),
    },
    Architecture {
        name: "unet_mobilenet_v2",
        input_multiple: 32,
        scales: &[],
        unused: &["classification_head.*"],
        graph: |_, classes| Unet { encoder: Encoder::MobilenetV2, classes }.graph(),
    },
];

/// The graph of the architecture called `name`.
///
/// Errors: see [`find`] and [`Architecture::build`].
pub fn build(name: &str, options: &Options) -> Result<Graph> {
    find(name)?.build(options)
}

/// Errors: `model-unsupported` if there is no architecture of that name.
pub fn find(name: &str) -> Result<&'static Architecture> {
    ARCHITECTURES.iter().find(|architecture| architecture.name == name).ok_or_else(|| {
        let names: Vec<&str> = ARCHITECTURES.iter().map(|architecture| architecture.name).collect();
        Error::new(
            ErrorKind::ModelUnsupported,
            format!("there is no architecture \"{name}\"; use one of {}", names.join(", ")),
        )
    })
}

impl Architecture {
    /// Errors: `out-of-range` if the scale or the number of classes does not exist.
    pub fn build(&self, options: &Options) -> Result<Graph> {
        let out_of_range = |message: String| Error::new(ErrorKind::OutOfRange, message);
        if !(1..=MAX_CLASSES).contains(&options.classes) {
            return Err(out_of_range(format!("{} classes; use 1 to {MAX_CLASSES}", options.classes)));
        }
        let scale = match options.scale {
            None if self.scales.is_empty() => 1.0,
            Some(scale) if self.scales.contains(&scale) => scale,
            Some(scale) if self.scales.is_empty() => {
                return Err(out_of_range(format!(
                    "{} has no scale, but {scale} was given; leave it out",
                    self.name
                )));
            }
            _ => return Err(out_of_range(format!("{} needs a scale, one of {:?}", self.name, self.scales))),
        };
        Ok((self.graph)(scale, options.classes))
    }

    /// Whether a checkpoint of this architecture may hold an entry of this name although inference does not use it.
    pub fn is_unused_entry(&self, name: &str) -> bool {
        name.ends_with(".num_batches_tracked") || self.unused.iter().any(|pattern| matches(pattern, name))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |prefix| name.starts_with(prefix))
}
