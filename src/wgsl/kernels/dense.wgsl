// Convolution with any window, stride and dilation.
//
// One invocation: four output channels of four neighbouring pixels in a row.
// Invocations are counted through all planes, so that small maps leave none idle.
// Dispatch: as many as `invocation` counts. Twin: reference conv2d.

// Input column of each of four pixels, or -1 outside the picture.
fn columns(x0: u32, tap: u32) -> vec4i {
    let x = vec4i((vec4u(x0) + vec4u(0u, 1u, 2u, 3u)) * u.stride.x + tap * u.dilation.x) - i32(u.padding.x);
    return select(vec4i(-1), x, (x < vec4i(i32(u.in_size.x))) & (x >= vec4i(0)));
}

fn load(row: u32, column: i32) -> Pixel {
    let x = vec4f(arena[row + u32(max(column, 0))]);
    return select(Pixel(), entering(x, u.inverse_step), column >= 0);
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let quads = (u.out_size.x + 3u) / 4u;
    let id = invocation(group, groups, local);
    let row = id / quads;
    let x = id % quads * 4u;
    let y = row % u.out_size.y;
    let plane = row / u.out_size.y;
    if plane >= u.out_planes {
        return;
    }
    let in_pixels = u.in_size.x * u.in_size.y;
    let first_input = u.x + first_input_plane(plane) * in_pixels;
    let taps = u.window.x * u.window.y;
    var sum0 = Sum();
    var sum1 = Sum();
    var sum2 = Sum();
    var sum3 = Sum();
    for (var ky = 0u; ky < u.window.y; ky++) {
        let in_y = i32(y * u.stride.y + ky * u.dilation.y) - i32(u.padding.y);
        if in_y < 0 || in_y >= i32(u.in_size.y) {
            continue;
        }
        for (var kx = 0u; kx < u.window.x; kx++) {
            let column = columns(x, kx);
            let block = (plane * taps + ky * u.window.x + kx) * u.span;
            var at = first_input + u32(in_y) * u.in_size.x;
            for (var i = 0u; i < u.span; i++) {
                let w = block_at(u.kernel, block + i);
                sum0 += product(w, load(at, column.x));
                sum1 += product(w, load(at, column.y));
                sum2 += product(w, load(at, column.z));
                sum3 += product(w, load(at, column.w));
                at += in_pixels;
            }
        }
    }
    let pixel = y * u.out_size.x + x;
    finish(total(sum0), plane, pixel);
    if x + 1u < u.out_size.x {
        finish(total(sum1), plane, pixel + 1u);
    }
    if x + 2u < u.out_size.x {
        finish(total(sum2), plane, pixel + 2u);
    }
    if x + 3u < u.out_size.x {
        finish(total(sum3), plane, pixel + 3u);
    }
}
