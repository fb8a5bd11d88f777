// What the kernels without convolution weights share: uniforms, and the end of every value.

// Keep in sync with MapUniforms in kernels/uniforms.rs. Sizes are (width, height); window values are (x, y).
struct MapUniforms {
    in_size: vec2u,
    out_size: vec2u,
    window: vec2u,
    stride: vec2u,
    padding: vec2u,
    // Offsets of input and output in the arena.
    x: u32,
    y: u32,
    // Offsets of the multiplier and addend (or NONE), and whether each is a single pixel.
    multiplier: u32,
    multiplier_is_pixel: u32,
    addend: u32,
    addend_is_pixel: u32,
    // Offsets in the weights, or NONE.
    scale: u32,
    shift: u32,
    activation: u32,
    slope: u32,
    // Kernel-specific: 1 for max pooling, bilinear with aligned corners; 2 for nearest; bits of an epsilon.
    mode: u32,
    // First entry of `gather` in the tables; sets or heads of one invocation.
    table: u32,
}

@group(0) @binding(0) var<uniform> u: MapUniforms;

fn store(value: vec4f, plane: u32, pixel: u32) {
    arena[u.y + plane * u.out_size.x * u.out_size.y + pixel] = narrow(activate(value, u.activation, u.slope + plane));
}
