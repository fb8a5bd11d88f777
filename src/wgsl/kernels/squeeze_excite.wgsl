// Squeeze-and-excite (Hu et al. 2018, arXiv 1709.01507, section 3) up to the product: the average of each channel over the map,
// then one or two layers of 1x1 convolution on that one pixel. The product is the next convolution's business.
//
// One workgroup for all. Dispatch: (1, 1). Twin: reference adaptive_avg_pool2d, conv2d.

// Keep in sync with LayerUniforms in kernels/uniforms.rs.
struct LayerUniforms {
    // Offsets in the weights.
    kernel: u32,
    scale: u32,
    bias: u32,
    activation: u32,
    slope: u32,
    // Of the layer's output.
    planes: u32,
    // Steps of the layer's input in int8 to one.
    inverse_step: f32,
    padding_to_16: u32,
}

// Keep in sync with SqueezeExciteUniforms in kernels/uniforms.rs. Sizes are (width, height).
struct SqueezeExciteUniforms {
    in_size: vec2u,
    // Offsets of input and output in the arena.
    x: u32,
    y: u32,
    // Of the input.
    planes: u32,
    layer_count: u32,
    padding_to_16: vec2u,
    layers: array<LayerUniforms, 2>,
}

@group(0) @binding(0) var<uniform> u: SqueezeExciteUniforms;

// One invocation for each plane of four channels there can be: keep in sync with is_short_pixel in plan/fuse.rs.
const INVOCATIONS: u32 = 256u;

// In turn the pixel that a layer reads, and every invocation's part of what it becomes. One array for both: SwiftShader compiles
// for a millisecond per element of workgroup memory.
var<workgroup> planes: array<vec4f, INVOCATIONS>;

// What one of `parts` invocations adds to the average of a plane of the map.
fn squeeze(plane: u32, part: u32, parts: u32) -> vec4f {
    let pixels = u.in_size.x * u.in_size.y;
    var sum = vec4f(0.0);
    for (var p = part; p < pixels; p += parts) {
        sum += vec4f(arena[u.x + plane * pixels + p]);
    }
    return sum / f32(pixels);
}

// What one of `parts` invocations adds to one output plane of a layer.
fn excite(layer: LayerUniforms, in_count: u32, plane: u32, part: u32, parts: u32) -> vec4f {
    var sum = Sum();
    for (var i = part; i < in_count; i += parts) {
        sum += product(block_at(layer.kernel, plane * in_count + i), entering(planes[i], layer.inverse_step));
    }
    return total(sum);
}

@compute @workgroup_size(INVOCATIONS)
fn main(@builtin(local_invocation_index) local: u32) {
    var in_count = 0u;
    // Round 0 squeezes, each further round is a layer.
    for (var round = 0u; round <= u.layer_count; round++) {
        let layer = u.layers[max(round, 1u) - 1u];
        let count = select(layer.planes, u.planes, round == 0u);
        // Invocations beyond the planes take a part of the others' sums; neighbours read neighbours.
        let parts = INVOCATIONS / count;
        let plane = local / parts;
        let part = local % parts;
        var value = vec4f(0.0);
        if plane < count {
            if round == 0u {
                value = squeeze(plane, part, parts);
            } else {
                value = excite(layer, in_count, plane, part, parts);
            }
        }
        workgroupBarrier();
        planes[local] = value;
        workgroupBarrier();
        let is_first = plane < count && part == 0u;
        if is_first {
            for (var i = 1u; i < parts; i++) {
                value += planes[local + i];
            }
            if round > 0u {
                value = value * parameter(layer.scale + plane) + parameter(layer.bias + plane);
                value = activate(value, layer.activation, layer.slope + plane);
            }
            if round == u.layer_count {
                arena[u.y + plane] = narrow(value);
            }
        }
        workgroupBarrier();
        if is_first {
            planes[plane] = value;
        }
        workgroupBarrier();
        in_count = count;
    }
}
