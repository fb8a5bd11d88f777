// Picture to network input: resize with an antialiasing triangle filter (as PIL's BILINEAR), normalise, pack.
//
// The filter's support grows with the reduction, so a large photo is averaged, not sampled. Transparent parts lie over white.
// One invocation: one pixel of the input. Dispatch: (ceil(width / 8), ceil(height / 8)).

// Keep in sync with FrameUniforms in frame.rs. Sizes are (width, height).
struct FrameUniforms {
    in_size: vec2u,
    out_size: vec2u,
    mean: vec3f,
    // Offset of the network's input in the arena.
    y: u32,
    inverse_std: vec3f,
    padding_to_16: u32,
    // The part of the picture that the input shows, in the picture's pixels.
    origin: vec2f,
    extent: vec2f,
}

@group(0) @binding(0) var<uniform> u: FrameUniforms;
@group(0) @binding(1) var picture: texture_2d<f32>;
@group(0) @binding(2) var<storage, read_write> arena: array<Four>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= u.out_size.x || id.y >= u.out_size.y {
        return;
    }
    let scale = u.extent / vec2f(u.out_size);
    let support = max(scale, vec2f(1.0));
    let centre = u.origin + (vec2f(id.xy) + 0.5) * scale;
    let low = vec2u(max(centre - support + 0.5, vec2f(0.0)));
    let high = min(vec2u(centre + support + 0.5), u.in_size);
    var sum = vec3f(0.0);
    var total = 0.0;
    for (var y = low.y; y < high.y; y++) {
        let wy = max(0.0, 1.0 - abs((f32(y) + 0.5 - centre.y) / support.y));
        for (var x = low.x; x < high.x; x++) {
            let w = wy * max(0.0, 1.0 - abs((f32(x) + 0.5 - centre.x) / support.x));
            let colour = textureLoad(picture, vec2u(x, y), 0);
            sum += w * mix(vec3f(1.0), colour.rgb, colour.a);
            total += w;
        }
    }
    let value = (sum / total - u.mean) * u.inverse_std;
    arena[u.y + id.y * u.out_size.x + id.x] = narrow(vec4f(value, 0.0));
}
