// Convolution weights as signed bytes: one word holds the weights of four output lanes.

@group(0) @binding(1) var<storage, read> weights: array<vec4u>;

// Sign-extends four bytes by shifts, which every WebGPU has; unpack4xI8 is not in all of them.
fn four_bytes(word: u32) -> vec4f {
    return vec4f(bitcast<vec4i>(vec4u(word) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

// The 4x4 block `index` of a kernel that starts at `base`: column i holds input lane i's weights for four output lanes.
fn weight_block(base: u32, index: u32) -> mat4x4f {
    let words = weights[base + index];
    return mat4x4f(four_bytes(words.x), four_bytes(words.y), four_bytes(words.z), four_bytes(words.w));
}

// Entry `index` of a depthwise kernel: the weights of four output lanes.
fn weight_lanes(base: u32, index: u32) -> vec4f {
    return four_bytes(weights[base + (index >> 2u)][index & 3u]);
}
