// Transposed convolution with any window and stride.
//
// One invocation: four output channels of one pixel, which adds up the input pixels whose windows reach it.
// Dispatch: (ceil(pixels / 64), planes). Twin: reference conv_transpose2d.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let at = vec2u(pixel % u.out_size.x, pixel / u.out_size.x) + u.padding;
    let in_pixels = u.in_size.x * u.in_size.y;
    let first = u.x + first_input_plane(plane) * in_pixels;
    var block = plane * u.window.x * u.window.y * u.span;
    var sum = vec4f(0.0);
    for (var ky = 0u; ky < u.window.y; ky++) {
        for (var kx = 0u; kx < u.window.x; kx++) {
            let reached = at - vec2u(kx, ky);
            let source = reached / u.stride;
            if all(at >= vec2u(kx, ky)) && all(source * u.stride == reached) && all(source < u.in_size) {
                let begin = first + source.y * u.in_size.x + source.x;
                for (var i = 0u; i < u.span; i++) {
                    sum += weight_block(u.kernel, block + i) * vec4f(arena[begin + i * in_pixels]);
                }
            }
            block += u.span;
        }
    }
    finish(sum, plane, pixel);
}
