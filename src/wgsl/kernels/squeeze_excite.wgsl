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

const INVOCATIONS: u32 = 256u;
// Invocations that add up one plane of the map together.
const LANES: u32 = 16u;

// Keep in sync with is_short_pixel in plan/fuse.rs.
var<workgroup> squeezed: array<vec4f, 256>;
var<workgroup> hidden: array<vec4f, 256>;
var<workgroup> partial: array<vec4f, 256>;

// Leaves the average of each plane in `squeezed`.
fn squeeze(local: u32) {
    let pixels = u.in_size.x * u.in_size.y;
    let lane = local % LANES;
    for (var first = 0u; first < u.planes; first += INVOCATIONS / LANES) {
        let plane = first + local / LANES;
        var sum = vec4f(0.0);
        if plane < u.planes {
            for (var pixel = lane; pixel < pixels; pixel += LANES) {
                sum += vec4f(arena[u.x + plane * pixels + pixel]);
            }
        }
        partial[local] = sum;
        workgroupBarrier();
        if lane == 0u && plane < u.planes {
            for (var i = 1u; i < LANES; i++) {
                sum += partial[local + i];
            }
            squeezed[plane] = sum / f32(pixels);
        }
        workgroupBarrier();
    }
}

// One output plane of a layer for as many invocations as there are for each; true for the one that has the result.
fn excite(layer: LayerUniforms, in_planes: u32, plane: u32, part: u32, parts: u32, is_hidden: bool) -> vec4f {
    var sum = Sum();
    for (var i = part; i < in_planes; i += parts) {
        let x = select(squeezed[i], hidden[i], is_hidden);
        sum += product(block_at(layer.kernel, plane * in_planes + i), entering(x, layer.inverse_step));
    }
    return total(sum);
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) local: u32) {
    squeeze(local);
    var in_planes = u.planes;
    for (var at = 0u; at < u.layer_count; at++) {
        let layer = u.layers[at];
        let is_last = at + 1u == u.layer_count;
        for (var first = 0u; first < layer.planes; first += INVOCATIONS) {
            // Idle invocations take a part of the others' sums.
            let count = min(layer.planes - first, INVOCATIONS);
            let parts = INVOCATIONS / count;
            let plane = first + local % count;
            let part = local / count;
            partial[local] = vec4f(0.0);
            if part < parts {
                partial[local] = excite(layer, in_planes, plane, part, parts, at > 0u);
            }
            workgroupBarrier();
            if part == 0u {
                var sum = vec4f(0.0);
                for (var i = 0u; i < parts; i++) {
                    sum += partial[local + i * count];
                }
                let value = sum * parameter(layer.scale + plane) + parameter(layer.bias + plane);
                let activated = activate(value, layer.activation, layer.slope + plane);
                if is_last {
                    arena[u.y + plane] = narrow(activated);
                } else {
                    hidden[plane] = activated;
                }
            }
            workgroupBarrier();
        }
        in_planes = layer.planes;
    }
}
