// Depthwise convolution with any window, stride and dilation, one filter a channel, and sums of several.
//
// One invocation: four channels of one pixel.
// Dispatch: (ceil(pixels / 64), planes). Twin: reference conv2d.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let corner = vec2i(vec2u(pixel % u.out_size.x, pixel / u.out_size.x) * u.stride) - vec2i(u.padding);
    var first = u.x + plane * u.in_size.x * u.in_size.y;
    var entry = plane * u.plane_entries;
    var sum = vec4f(0.0);
    for (var term = 0u; term < u.terms; term++) {
        for (var ky = 0u; ky < u.window.y; ky++) {
            let in_y = corner.y + i32(ky * u.dilation.y);
            if in_y < 0 || in_y >= i32(u.in_size.y) {
                continue;
            }
            let row = first + u32(in_y) * u.in_size.x;
            for (var kx = 0u; kx < u.window.x; kx++) {
                let in_x = corner.x + i32(kx * u.dilation.x);
                if in_x >= 0 && in_x < i32(u.in_size.x) {
                    sum += weight_lanes(u.kernel, entry + ky * u.window.x + kx) * vec4f(arena[row + u32(in_x)]);
                }
            }
        }
        first += groups.y * u.in_size.x * u.in_size.y;
        entry += u.window.x * u.window.y;
    }
    finish(sum, plane, pixel);
}
