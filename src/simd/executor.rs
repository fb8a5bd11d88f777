//! Runs a plan on the CPU.

use std::cell::RefCell;
use std::ops::Range;

use web_time::Instant;
use wide::f32x4;

use super::bands::cut;
use super::kernels::{self, Map};
use super::steady::Steady;
use super::{Network, Scores, threads};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::{NodeId, Tensor};
use crate::plan::{Plan, ScoresShape, Step};

/// A network planned for one input size, and the memory its values live in.
pub struct Executor {
    pub plan: Plan,
    arena: RefCell<Vec<f32x4>>,
    /// What is remembered of the frames before, while a live picture is kept steady.
    pub(super) steady: RefCell<Option<Steady>>,
}

impl Executor {
    /// Plans for inputs of `height x width`; the values of `taps` stay readable after a run.
    ///
    /// Errors: `input-size`, `limits-too-low` if the values, or what lies under a huge window, do not fit into memory.
    pub fn new(network: &Network, [height, width]: [usize; 2], taps: &[NodeId]) -> Result<Self> {
        let plan = Plan::new(&network.graph, height, width, taps)?;
        kernels::check_memory(&network.graph, &plan)?;
        let mut arena = Vec::new();
        arena.try_reserve_exact(plan.arena_len).map_err(|e| {
            Error::new(
                ErrorKind::LimitsTooLow,
                format!(
                    "the network's activations need {} MB of memory in one piece and there is less; choose a smaller \
                     model or picture",
                    plan.arena_len.saturating_mul(size_of::<f32x4>()) >> 20
                ),
            )
            .with_source(e)
        })?;
        arena.resize(plan.arena_len, f32x4::ZERO);
        Ok(Self { plan, arena: RefCell::new(arena), steady: RefCell::default() })
    }

    /// `[height, width]` of the input.
    pub fn input_size(&self) -> [usize; 2] {
        let [_, _, h, w] = self.plan.shapes[0];
        [h, w]
    }

    pub fn bytes(&self) -> u64 {
        size_of_val(&**self.arena.borrow()) as u64
    }

    /// Lets `fill` write the input's planes, each of `height * width` vectors of four channels.
    pub fn fill_input(&self, fill: impl FnOnce(&mut [f32x4])) {
        fill(&mut self.arena.borrow_mut()[range(&self.plan, 0)]);
    }

    /// Writes an input `[1, c, h, w]`; pictures take the `frame` kernel instead.
    pub fn write_input(&self, input: &[f32]) {
        let [_, c, h, w] = self.plan.shapes[0];
        assert_eq!(input.len(), c * h * w, "the input has the plan's shape");
        self.fill_input(|vectors| {
            let vectors: &mut [[f32; 4]] = bytemuck::cast_slice_mut(vectors);
            for (channel, plane) in input.chunks(h * w).enumerate() {
                for (vector, value) in vectors[channel / 4 * h * w..].iter_mut().zip(plane) {
                    vector[channel % 4] = *value;
                }
            }
        });
    }

    /// Runs the network on what the input holds.
    pub fn run(&self, network: &Network) {
        let plan = &self.plan;
        let mut arena = self.arena.borrow_mut();
        let arena = &mut arena[..];
        threads::run(|| plan.steps.iter().for_each(|step| run_step(plan, network, step, arena)));
    }

    /// Runs the network once and returns the milliseconds of each step.
    pub fn step_times(&self, network: &Network) -> Vec<f64> {
        let plan = &self.plan;
        let mut arena = self.arena.borrow_mut();
        let arena = &mut arena[..];
        let time = |step| {
            let start = Instant::now();
            run_step(plan, network, step, arena);
            start.elapsed().as_secs_f64() * 1e3
        };
        threads::run(|| plan.steps.iter().map(time).collect())
    }

    /// A node's value `[1, c, h, w]` after a run.
    ///
    /// Errors: `no-such-layer` if the plan kept no such value.
    pub fn read(&self, node: NodeId) -> Result<Tensor> {
        let offset = self.plan.kept_offset(node)?;
        let [n, c, h, w] = self.plan.shapes[node];
        let arena = self.arena.borrow();
        let layout = self.plan.layouts[node];
        let vectors: &[[f32; 4]] = bytemuck::cast_slice(&arena[offset..offset + layout.planes() * h * w]);
        let channels = (0..c).flat_map(|channel| {
            let [plane, lane] = layout.place(channel);
            vectors[plane * h * w..][..h * w].iter().map(move |vector| vector[lane])
        });
        Ok(Tensor::new([n, c, h, w], channels.collect()))
    }

    /// Lets `read` see what was filled in, before the network runs.
    pub(super) fn with_input<T>(&self, read: impl FnOnce(&[f32x4]) -> T) -> T {
        read(&self.arena.borrow()[range(&self.plan, 0)])
    }

    /// Lets `change` have the scores that the last run left.
    pub(super) fn with_scores_mut<T>(&self, change: impl FnOnce(&mut [f32x4]) -> T) -> T {
        change(&mut self.arena.borrow_mut()[range(&self.plan, self.plan.logits)])
    }

    /// Lets `read` see the scores that the last run left.
    pub fn with_scores<T>(&self, read: impl FnOnce(&Scores<'_>) -> T) -> T {
        let arena = self.arena.borrow();
        let data = &arena[range(&self.plan, self.plan.logits)];
        read(&Scores { data, shape: ScoresShape::of(&self.plan) })
    }
}

/// Where in the arena a value lies.
fn range(plan: &Plan, id: NodeId) -> Range<usize> {
    let [_, _, h, w] = plan.shapes[id];
    let start = plan.offset(id);
    start..start + plan.layouts[id].planes() * h * w
}

fn run_step(plan: &Plan, network: &Network, step: &Step, arena: &mut [f32x4]) {
    // No step writes where it reads, so each input lies wholly before or wholly after the output.
    let target = range(plan, step.output);
    let (before, rest) = arena.split_at_mut(target.start);
    let (output, after) = rest.split_at_mut(target.len());
    let inputs: Vec<Map<'_>> = step
        .inputs
        .iter()
        .map(|&id| {
            let [_, _, height, width] = plan.shapes[id];
            let source = range(plan, id);
            let data = if source.end <= target.start {
                &before[source]
            } else {
                &after[source.start - target.end..source.end - target.end]
            };
            Map { data, height, width }
        })
        .collect();
    threads::for_each(cut(plan, step, output), |mut band| {
        kernels::run(plan, network.parameters(), step, &inputs, &mut band);
    });
}
