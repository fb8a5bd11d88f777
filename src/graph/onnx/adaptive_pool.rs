//! Adaptive average pooling, which ONNX has no operation for: output `i` is the average over the inputs
//! `floor(i * in / out)..ceil((i + 1) * in / out)` on each axis.

use super::super::{NodeId, Shape};
use super::writer::{Writer, int, ints, text};

/// A depthwise convolution with the square of this many filters a channel is still cheaper than a dense product.
const MOST_PHASES: usize = 4;

/// Adds the node `id`, which pools `x` of shape `from`. What it costs matters to whoever compares engines, so there are four ways.
pub fn write(file: &mut Writer, id: NodeId, x: &str, from: Shape) {
    let [_, channels, in_height, in_width] = from;
    let [_, _, height, width] = file.shapes[id];
    let name = file.value(id);
    let name = name.as_str();
    // Windows repeat every `step` inputs and `phases` outputs.
    let ([step_y, phases_y], [step_x, phases_x]) = (reduced(in_height, height), reduced(in_width, width));
    if [height, width] == [1, 1] {
        file.node(name, "GlobalAveragePool", &[x], name, vec![]);
    } else if [phases_y, phases_x] == [1, 1] {
        let window = [step_y, step_x];
        let attributes = vec![ints("kernel_shape", &window), ints("strides", &window)];
        file.node(name, "AveragePool", &[x], name, attributes);
    } else if phases_y == phases_x && phases_y <= MOST_PHASES {
        // One filter a phase, as long as the step, and the phases interleaved.
        let phases = phases_y;
        let (rows, columns) = (averages(step_y, phases), averages(step_x, phases));
        let filters = rows.iter().flat_map(|row| columns.iter().map(move |column| outer(row, column)));
        let kernel = filters.collect::<Vec<_>>().concat().repeat(channels);
        let dims = [channels * phases * phases, 1, step_y, step_x];
        let kernel = file.floats(&format!("{name}/filters"), &dims, &kernel);
        let strides = [step_y, step_x];
        let attributes =
            vec![ints("kernel_shape", &strides), ints("strides", &strides), int("group", channels)];
        let apart = format!("{name}/phases");
        file.node(&apart, "Conv", &[x, &kernel], &apart, attributes);
        let interleave = vec![int("blocksize", phases), text("mode", "CRD")];
        file.node(name, "DepthToSpace", &[&apart], name, interleave);
    } else {
        // An average over a rectangle is one over its rows of those over its columns: two products with constant matrices.
        let columns = transposed(&averages(in_width, width));
        let columns = file.floats(&format!("{name}/columns"), &[in_width, width], &columns);
        let rows = averages(in_height, height).concat();
        let rows = file.floats(&format!("{name}/rows"), &[height, in_height], &rows);
        let narrow = format!("{name}/narrow");
        file.node(&narrow, "MatMul", &[x, &columns], &narrow, vec![]);
        file.node(name, "MatMul", &[&rows, &narrow], name, vec![]);
    }
}

/// The fraction `a / b` in lowest terms.
fn reduced(a: usize, b: usize) -> [usize; 2] {
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    [a / divisor, b / divisor]
}

/// For each of `to` outputs, how much each of `from` inputs counts.
fn averages(from: usize, to: usize) -> Vec<Vec<f32>> {
    let row = |i: usize| {
        let window = i * from / to..((i + 1) * from).div_ceil(to);
        let share = 1.0 / window.len() as f32;
        (0..from).map(|j| if window.contains(&j) { share } else { 0.0 }).collect()
    };
    (0..to).map(row).collect()
}

/// The columns of a matrix, one after the other.
fn transposed(rows: &[Vec<f32>]) -> Vec<f32> {
    (0..rows[0].len()).flat_map(|j| rows.iter().map(move |row| row[j])).collect()
}

/// Row-major product of a column and a row.
fn outer(column: &[f32], row: &[f32]) -> Vec<f32> {
    column.iter().flat_map(|a| row.iter().map(move |b| a * b)).collect()
}
