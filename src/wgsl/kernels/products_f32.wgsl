// Convolution's sums of products in f32. Concatenated before pointwise, dense and squeeze_excite; needs weight_block.

alias Block = mat4x4f;
alias Pixel = vec4f;
alias Sum = vec4f;

fn block_at(base: u32, index: u32) -> Block {
    return weight_block(base, index);
}

// Four channels of one pixel, as they are multiplied.
fn entering(x: vec4f, inverse_step: f32) -> Pixel {
    return x;
}

fn product(w: Block, x: Pixel) -> Sum {
    return w * x;
}

// In the unit of the weights' scales.
fn total(sum: Sum) -> vec4f {
    return sum;
}
