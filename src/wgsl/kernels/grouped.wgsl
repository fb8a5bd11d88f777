// Convolution whose groups share planes: each output lane gathers its own group's input channels.
//
// One invocation: four output channels of one pixel. `group_inputs` and `group_outputs` count channels here.
// Dispatch: (ceil(pixels / 64), output planes). Twin: reference conv2d.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let corner = vec2i(vec2u(pixel % u.out_size.x, pixel / u.out_size.x) * u.stride) - vec2i(u.padding);
    let in_pixels = u.in_size.x * u.in_size.y;
    // Lanes beyond the last channel have zero weights; they read the last group, which exists.
    let lanes = plane * 4u + vec4u(0u, 1u, 2u, 3u);
    let first = min(lanes / u.group_outputs, vec4u(u.groups - 1u)) * u.group_inputs;
    let entry = plane * u.plane_entries;
    var sum = vec4f(0.0);
    for (var ky = 0u; ky < u.window.y; ky++) {
        let in_y = corner.y + i32(ky * u.dilation.y);
        if in_y < 0 || in_y >= i32(u.in_size.y) {
            continue;
        }
        for (var kx = 0u; kx < u.window.x; kx++) {
            let in_x = corner.x + i32(kx * u.dilation.x);
            if in_x < 0 || in_x >= i32(u.in_size.x) {
                continue;
            }
            let at = u.x + u32(in_y) * u.in_size.x + u32(in_x);
            let tap = entry + (ky * u.window.x + kx) * u.group_inputs;
            for (var i = 0u; i < u.group_inputs; i++) {
                let c = first + i;
                let x = vec4f(
                    arena[at + (c.x >> 2u) * in_pixels][c.x & 3u],
                    arena[at + (c.y >> 2u) * in_pixels][c.y & 3u],
                    arena[at + (c.z >> 2u) * in_pixels][c.z & 3u],
                    arena[at + (c.w >> 2u) * in_pixels][c.w & 3u],
                );
                sum += weight_lanes(u.kernel, tap + i) * x;
            }
        }
    }
    finish(sum, plane, pixel);
}
