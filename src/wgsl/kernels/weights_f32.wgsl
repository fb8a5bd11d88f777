// Convolution weights as f32: one vector holds the weights of four output lanes.

@group(0) @binding(1) var<storage, read> weights: array<vec4u>;

// The 4x4 block `index` of a kernel that starts at `base`: column i holds input lane i's weights for four output lanes.
fn weight_block(base: u32, index: u32) -> mat4x4f {
    let at = base + 4u * index;
    return mat4x4f(
        bitcast<vec4f>(weights[at]),
        bitcast<vec4f>(weights[at + 1u]),
        bitcast<vec4f>(weights[at + 2u]),
        bitcast<vec4f>(weights[at + 3u]),
    );
}

// Entry `index` of a depthwise kernel: the weights of four output lanes.
fn weight_lanes(base: u32, index: u32) -> vec4f {
    return bitcast<vec4f>(weights[base + index]);
}
