// The best class so far.
struct Best {
    score: f32,
    class_id: u32,
}

// With the scores of classes 4 * plane .. 4 * plane + 3; the lowest id among equals, as argmax in PyTorch.
fn better(best: Best, four: vec4f, plane: u32, classes: u32) -> Best {
    var result = best;
    for (var lane = 0u; lane < 4u; lane++) {
        let class_id = plane * 4u + lane;
        if class_id < classes && (class_id == 0u || four[lane] > result.score) {
            result = Best(four[lane], class_id);
        }
    }
    return result;
}
