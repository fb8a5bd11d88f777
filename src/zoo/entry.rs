//! An entry of the zoo: what it is called, what it takes, and how its graph is made.

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;

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

pub struct Architecture {
    /// The name in catalogues, command lines and model files.
    pub name: String,
    /// The sides of a picture are brought to multiples of this before it enters the network.
    pub input_multiple: usize,
    /// The width multipliers that exist; empty if there is no choice.
    pub scales: &'static [f64],
    /// Whether [`Options::scale`] has to be given, as no width is the usual one. Otherwise that is 1.
    pub needs_scale: bool,
    /// Entries of a checkpoint that inference does not use, besides the counters of batch norms. A `*` at
    /// the end stands for any text.
    pub(super) unused: Vec<String>,
    /// From a scale that exists (1 where there is no choice) and a number of classes.
    pub(super) graph: Box<dyn Fn(f64, usize) -> Graph>,
}

impl Architecture {
    /// Errors: `out-of-range` if the scale or the number of classes does not exist.
    pub fn build(&self, options: &Options) -> Result<Graph> {
        let out_of_range = |message: String| Error::new(ErrorKind::OutOfRange, message);
        if !(1..=MAX_CLASSES).contains(&options.classes) {
            return Err(out_of_range(format!("{} classes; use 1 to {MAX_CLASSES}", options.classes)));
        }
        let scale = match options.scale {
            None if !self.needs_scale => 1.0,
            Some(scale) if self.scales.contains(&scale) => scale,
            Some(scale) if self.scales.is_empty() => {
                return Err(out_of_range(format!(
                    "{} has no scale, but {scale} was given; leave it out",
                    self.name
                )));
            }
            _ => {
                return Err(out_of_range(format!("{} takes a scale, one of {:?}", self.name, self.scales)));
            }
        };
        Ok((self.graph)(scale, options.classes))
    }

    /// What [`Options::scale`] can be, each width once.
    pub fn scale_choices(&self) -> Vec<Option<f64>> {
        let usual = if self.needs_scale { None } else { Some(None) };
        let others = self.scales.iter().filter(|&&scale| self.needs_scale || scale != 1.0);
        usual.into_iter().chain(others.map(|&scale| Some(scale))).collect()
    }

    /// Whether a checkpoint of this architecture may hold an entry of this name although inference does not use it.
    pub fn is_unused_entry(&self, name: &str) -> bool {
        name.ends_with(".num_batches_tracked") || self.unused.iter().any(|pattern| matches(pattern, name))
    }
}

fn matches(pattern: &str, name: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == name, |prefix| name.starts_with(prefix))
}

/// A network under a name of its own.
pub struct Single {
    pub name: &'static str,
    input_multiple: usize,
    scales: &'static [f64],
    needs_scale: bool,
    unused: &'static [&'static str],
    graph: fn(f64, usize) -> Graph,
}

/// A network of one width that takes multiples of 32 and all of whose weights are used.
pub const fn single(name: &'static str, graph: fn(f64, usize) -> Graph) -> Single {
    Single { name, input_multiple: 32, scales: &[], needs_scale: false, unused: &[], graph }
}

impl Single {
    pub const fn input_multiple(mut self, multiple: usize) -> Self {
        self.input_multiple = multiple;
        self
    }

    pub const fn scales(mut self, scales: &'static [f64]) -> Self {
        self.scales = scales;
        self
    }

    pub const fn needs_scale(mut self) -> Self {
        self.needs_scale = true;
        self
    }

    pub const fn unused(mut self, unused: &'static [&'static str]) -> Self {
        self.unused = unused;
        self
    }

    pub fn architecture(&self) -> Architecture {
        Architecture {
            name: self.name.into(),
            input_multiple: self.input_multiple,
            scales: self.scales,
            needs_scale: self.needs_scale,
            unused: self.unused.iter().map(|&pattern| pattern.into()).collect(),
            graph: Box::new(self.graph),
        }
    }
}
