// Class scores anywhere in the picture, interpolated from the network's low-resolution scores: the full-size logits are
// never written. Concatenated before mask, probe and paint, after one of vectors_*.wgsl.

// Keep in sync with ScoresUniforms in interpolation.rs. Sizes are (width, height).
struct ScoresUniforms {
    // Of the scores, of the network's input, of the picture.
    size: vec2u,
    network: vec2u,
    source: vec2u,
    // Offset of the scores in their buffer, number of classes.
    offset: u32,
    classes: u32,
    align_corners: u32,
    padding_to_8: u32,
}

@group(0) @binding(0) var<uniform> scores: ScoresUniforms;
@group(0) @binding(1) var<storage, read> values: array<Four>;

// Four pixels of the scores and their bilinear weights.
struct Taps {
    at: vec4u,
    weight: vec4f,
}

// Where among the scores a position, 0..1 across the picture, lies. At pixel centres of the network's input this equals
// PyTorch's interpolate.
fn place_at(position: vec2f) -> vec2f {
    let last = vec2f(scores.size - 1u);
    var p: vec2f;
    if scores.align_corners == 1u {
        p = (position * vec2f(scores.network) - 0.5) * last / max(vec2f(scores.network - 1u), vec2f(1.0));
    } else {
        p = position * vec2f(scores.size) - 0.5;
    }
    return clamp(p, vec2f(0.0), last);
}

fn taps_at(position: vec2f) -> Taps {
    let p = place_at(position);
    let low = vec2u(p);
    let high = min(low + 1u, scores.size - 1u);
    let t = p - vec2f(low);
    let rows = vec2u(low.y, high.y) * scores.size.x;
    return Taps(
        scores.offset + vec4u(rows.x + low.x, rows.x + high.x, rows.y + low.x, rows.y + high.x),
        vec4f((1.0 - t.x) * (1.0 - t.y), t.x * (1.0 - t.y), (1.0 - t.x) * t.y, t.x * t.y),
    );
}

// Scores of classes 4 * plane .. 4 * plane + 3.
fn scores_of(plane: u32, taps: Taps) -> vec4f {
    let at = taps.at + plane * scores.size.x * scores.size.y;
    return vec4f(values[at.x]) * taps.weight.x + vec4f(values[at.y]) * taps.weight.y
        + vec4f(values[at.z]) * taps.weight.z + vec4f(values[at.w]) * taps.weight.w;
}

fn best_class(taps: Taps) -> u32 {
    var best = Best(0.0, 0u);
    for (var plane = 0u; plane * 4u < scores.classes; plane++) {
        best = better(best, scores_of(plane, taps), plane, scores.classes);
    }
    return best.class_id;
}
