//! Weights for tests, made from names alone, so that a test and the PyTorch script behind its golden file agree on the
//! weights of a large network without storing them.
//!
//! The generator is tiny and exact in any language: the 64-bit FNV-1a hash of the tensor's name is the state of a SplitMix64
//! (Steele, Lea, Flood 2014), and each value takes the top 24 bits of one draw: `low + (high - low) * bits / 2^24` in double
//! precision, rounded to f32. Keep in sync with python/golden/weights.py.

use super::graph::Graph;
use super::shape::Shape;
use super::tensor::{Tensor, Weights};

/// Every weight of `graph`, from its name and shape. Batch norms get random statistics too: default ones would hide a
/// swapped mean and bias.
///
/// Panics if the graph's channels do not fit together, which [`Graph::from_json`] and the zoo rule out.
pub fn random_weights(graph: &Graph) -> Weights {
    let shapes = graph.weight_shapes().expect("the graph was checked when it was made");
    let named = |(name, shape): (String, Vec<usize>)| (name.clone(), random_weight(&name, shape));
    shapes.into_iter().map(named).collect()
}

/// The weight of this name and shape.
pub fn random_weight(name: &str, shape: Vec<usize>) -> Tensor {
    let (low, high) = range(name, &shape);
    let data = uniform(name, shape.iter().product(), low, high);
    Tensor::new(shape, data)
}

/// A test picture of about -2.5 to 2.5, the range of a normalised one: blocks of 16x16 pixels, so that a network answers
/// with more than one class, under noise.
pub fn random_picture([n, c, h, w]: Shape) -> Vec<f32> {
    const SIDE: usize = 16;
    let (rows, columns) = (h.div_ceil(SIDE), w.div_ceil(SIDE));
    let blocks = uniform("blocks", n * c * rows * columns, -2.0, 2.0);
    let mut values = uniform("noise", n * c * h * w, -0.5, 0.5);
    for (i, value) in values.iter_mut().enumerate() {
        let (plane, y, x) = (i / (h * w), i / w % h, i % w);
        *value += blocks[(plane * rows + y / SIDE) * columns + x / SIDE];
    }
    values
}

/// `count` values in `low..high` that depend on `name` only.
pub fn uniform(name: &str, count: usize, low: f64, high: f64) -> Vec<f32> {
    let mut state = fnv_1a(name);
    let mut value = || {
        let unit = (split_mix(&mut state) >> 40) as f64 / f64::from(1 << 24);
        (low + (high - low) * unit) as f32
    };
    (0..count).map(|_| value()).collect()
}

/// Ranges that keep activations near one through a deep network.
fn range(name: &str, shape: &[usize]) -> (f64, f64) {
    if let &[_, c_in, h, w] = shape {
        // Kernels: He et al. 2015, arXiv 1502.01852, the uniform distribution of variance 2 / fan-in. Depthwise ones get
        // half of that, as ESPNetv2 adds four of them up.
        let gain = if c_in == 1 { 3.0 } else { 6.0 };
        let bound = (gain / (c_in * h * w) as f64).sqrt();
        return (-bound, bound);
    }
    let (path, suffix) = name.rsplit_once('.').unwrap_or(("", name));
    let module = path.rsplit('.').next().unwrap_or_default();
    match suffix {
        "running_var" => (0.5, 1.5),
        "running_mean" | "bias" | "shift" => (-0.1, 0.1),
        // EfficientNet and timm's MobileNetV3, which swish and squeeze-and-excitation quieten.
        _ if path.contains("blocks.") && module.trim_start_matches('_').starts_with("bn") => (0.55, 1.55),
        // Scales of batch norms and slopes of PReLUs, which a name cannot tell apart.
        _ => (0.22, 1.22),
    }
}

fn fnv_1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
