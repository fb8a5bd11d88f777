//! Which architecture of the zoo a checkpoint is of, and for how many classes: told by the names and shapes of its tensors.

use super::checkpoint::Checkpoint;
use super::spec::ArchitectureSpec;
use super::{pytorch_shapes, unsupported};
use crate::error::Result;
use crate::zoo::{self, Architecture, MAX_CLASSES, Options};

/// To find the weights whose shapes depend on the number of classes, a graph is built for two numbers that no checkpoint of a narrow
/// network has by chance on all of them.
const PROBES: [usize; 2] = [2, 3];

impl Checkpoint<'_> {
    /// The first architecture of the zoo, and its width, that has exactly these tensors.
    ///
    /// Errors: `model-unsupported` if none has.
    pub fn identify(&self) -> Result<ArchitectureSpec> {
        for architecture in zoo::all() {
            for scale in architecture.scale_choices() {
                if let Some(classes) = self.classes_as(&architecture, scale) {
                    return Ok(ArchitectureSpec { name: architecture.name, scale, classes });
                }
            }
        }
        Err(unsupported(format!(
            "its {} tensors are those of no architecture here (docs/zoo.md lists them). Export the network as ONNX, or with the \
             exporter in python/",
            self.entries.len()
        )))
    }

    /// The number of classes with which this architecture has exactly these tensors.
    fn classes_as(&self, architecture: &Architecture, scale: Option<f64>) -> Option<usize> {
        let build = |classes| pytorch_shapes(&architecture.build(&Options { scale, classes }).ok()?).ok();
        let [two, three] = PROBES.map(build);
        let (two, three) = (two?, three?);
        let own = |name: &str| self.entries.get(name).map(|view| view.shape.as_slice());
        // A first look that costs nothing: most architectures fail it.
        if two.iter().any(|(name, _)| own(name).is_none()) {
            return None;
        }
        let depends = two.iter().zip(&three).find_map(|((name, two), (_, three))| {
            let side = two.iter().zip(three).position(|(a, b)| a != b)?;
            own(name)?.get(side).copied()
        });
        let classes = depends.filter(|classes| (1..=MAX_CLASSES).contains(classes))?;
        let graph = architecture.build(&Options { scale, classes }).ok()?;
        self.fits(&graph, |name| architecture.is_unused_entry(name)).then_some(classes)
    }
}
