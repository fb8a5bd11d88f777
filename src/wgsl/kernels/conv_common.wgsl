// What the convolution kernels share: uniforms, and the end of every sum.

// Keep in sync with ConvUniforms in kernels/uniforms.rs. Sizes are (width, height); window values are (x, y).
struct ConvUniforms {
    in_size: vec2u,
    out_size: vec2u,
    window: vec2u,
    stride: vec2u,
    padding: vec2u,
    dilation: vec2u,
    // Offsets of input, output, residual (or NONE) and of a multiplier of the input's channels (or NONE) in the arena.
    x: u32,
    y: u32,
    residual: u32,
    multiplier: u32,
    // Offsets in the weights.
    kernel: u32,
    scale: u32,
    bias: u32,
    activation: u32,
    slope: u32,
    out_planes: u32,
    // Channels per group.
    group_inputs: u32,
    group_outputs: u32,
    // Input planes that an output plane reads, and the last plane at which they can start.
    span: u32,
    last_first: u32,
    // Of a depthwise convolution: channels per output channel, and entries of the kernel per plane.
    terms: u32,
    plane_entries: u32,
    // Steps of the input in int8 to one.
    inverse_step: f32,
    // Output planes of each invocation, which then read the same input: 1 or 2.
    planes_at_once: u32,
}

@group(0) @binding(0) var<uniform> u: ConvUniforms;

// Number of an invocation among those of a grid whose rows have no meaning of their own. Keep in sync with `grid` in
// kernels/conv.rs.
fn invocation(group: vec3u, groups: vec3u, local: u32) -> u32 {
    return (group.y * groups.x + group.x) * 64u + local;
}

// First of the `span` input planes that an output plane reads. Keep in sync with InputPlanes::first in plan/conv.rs.
fn first_input_plane(plane: u32) -> u32 {
    return min(plane * 4u / u.group_outputs * u.group_inputs / 4u, u.last_first);
}

// Dequantises, adds bias and residual, activates and stores one vector of output.
fn finish(sum: vec4f, plane: u32, pixel: u32) {
    let at = plane * u.out_size.x * u.out_size.y + pixel;
    var value = sum * parameter(u.scale + plane) + parameter(u.bias + plane);
    if u.residual != NONE {
        value += vec4f(arena[u.residual + at]);
    }
    arena[u.y + at] = narrow(activate(value, u.activation, u.slope + plane));
}
