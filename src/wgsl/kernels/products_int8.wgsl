// Convolution's sums of products of int8 weights with pixels rounded to int8, exact in 32 bits: four in one instruction where
// the adapter has it. Concatenated before pointwise, dense and squeeze_excite.

// One word an output lane: the weights of four input lanes.
alias Block = vec4u;
alias Pixel = u32;
alias Sum = vec4i;

fn block_at(base: u32, index: u32) -> Block {
    return weights[base + index];
}

// Four channels of one pixel, rounded to the layer's calibrated step.
fn entering(x: vec4f, inverse_step: f32) -> Pixel {
    return pack4xI8(vec4i(clamp(round(x * inverse_step), vec4f(-127.0), vec4f(127.0))));
}

fn product(w: Block, x: Pixel) -> Sum {
    return vec4i(dot4I8Packed(w.x, x), dot4I8Packed(w.y, x), dot4I8Packed(w.z, x), dot4I8Packed(w.w, x));
}

// The step is part of the weights' scales.
fn total(sum: Sum) -> vec4f {
    return vec4f(sum);
}
