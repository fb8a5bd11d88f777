//! Whether a backend computes right: every step of the plan against the numbers in the model file.

use super::{Backend, Session};
use crate::error::Result;
use crate::graph::NodeId;
use crate::plan::Plan;
use crate::weights::{ReferenceNumbers, Sketch};

/// The outcome of a self-test.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfTest {
    /// Steps that were compared; 0 if there was nothing to compare with.
    pub steps: usize,
    /// The largest distance from the reference, as a fraction of a map's magnitude.
    pub worst: f32,
    pub tolerance: f32,
    /// The first step that is further off than the tolerance: what feeds the wrong ones after it.
    pub first_wrong: Option<String>,
}

impl<B: Backend> Session<B> {
    /// Runs the test picture and compares what every step leaves behind with `numbers`, or with those of the model file.
    ///
    /// Errors: `no-model`, `limits-too-low`, `device-lost`.
    pub async fn self_test(&self, numbers: Option<&ReferenceNumbers>) -> Result<SelfTest> {
        let loaded = self.loaded()?;
        let mut test = SelfTest {
            steps: 0,
            worst: 0.0,
            tolerance: self.backend.tolerance(&loaded.network),
            first_wrong: None,
        };
        let Some(numbers) = numbers.or(self.backend.numbers(&loaded.network, &loaded.summary.info)) else {
            return Ok(test);
        };
        let graph = B::graph(&loaded.network);
        numbers.check(graph.nodes.len())?;
        test.tolerance = test.tolerance.max(numbers.tolerance);
        for (node, sketch) in self.sketches(numbers).await? {
            let Some(reference) = &numbers.nodes[node] else { continue };
            let distance = sketch.distance(reference);
            test.steps += 1;
            test.worst = test.worst.max(distance);
            if distance > test.tolerance && test.first_wrong.is_none() {
                test.first_wrong = Some(graph.node(node).name.clone());
            }
        }
        Ok(test)
    }

    /// What this backend computes, for a model file that carries no numbers: another backend is compared with it.
    ///
    /// Errors: as for [`Session::self_test`].
    pub async fn own_numbers(&self) -> Result<ReferenceNumbers> {
        let loaded = self.loaded()?;
        let nodes = vec![None; B::graph(&loaded.network).nodes.len()];
        let size = ReferenceNumbers::size_for(&loaded.summary.info.input);
        let mut numbers =
            ReferenceNumbers { size, tolerance: self.backend.tolerance(&loaded.network), nodes };
        for (node, sketch) in self.sketches(&numbers).await? {
            numbers.nodes[node] = Some(sketch);
        }
        Ok(numbers)
    }

    /// The test picture's value after each step of the plan.
    async fn sketches(&self, numbers: &ReferenceNumbers) -> Result<Vec<(NodeId, Sketch)>> {
        let loaded = self.loaded()?;
        let graph = B::graph(&loaded.network);
        let [height, width] = numbers.size;
        // Keeping what the steps leave anyway changes nothing in how they are fused.
        let steps: Vec<NodeId> =
            Plan::new(graph, height, width, &[])?.steps.iter().map(|step| step.output).collect();
        let executor = self.backend.executor(&loaded.network, numbers.size, &steps).await?;
        let picture = numbers.picture(graph.channels()?[0]);
        self.backend.run_tensor(&loaded.network, &executor, &picture).await?;
        let mut sketches = Vec::new();
        for node in steps {
            sketches.push((node, Sketch::of(&self.backend.read(&executor, node).await?.data)));
        }
        Ok(sketches)
    }
}
