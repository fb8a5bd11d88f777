// Convolution with any window, stride and dilation.
//
// One invocation: four output channels, or eight that read the same input, of four neighbouring pixels in a row.
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
    let plane = row / u.out_size.y * u.planes_at_once;
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
    var next0 = Sum();
    var next1 = Sum();
    var next2 = Sum();
    var next3 = Sum();
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
                let p0 = load(at, column.x);
                let p1 = load(at, column.y);
                let p2 = load(at, column.z);
                let p3 = load(at, column.w);
                sum0 += product(w, p0);
                sum1 += product(w, p1);
                sum2 += product(w, p2);
                sum3 += product(w, p3);
                if u.planes_at_once == 2u {
                    let v = block_at(u.kernel, block + taps * u.span + i);
                    next0 += product(v, p0);
                    next1 += product(v, p1);
                    next2 += product(v, p2);
                    next3 += product(v, p3);
                }
                at += in_pixels;
            }
        }
    }
    store(x, y, plane, sum0, sum1, sum2, sum3);
    if u.planes_at_once == 2u && plane + 1u < u.out_planes {
        store(x, y, plane + 1u, next0, next1, next2, next3);
    }
}

fn store(x: u32, y: u32, plane: u32, sum0: Sum, sum1: Sum, sum2: Sum, sum3: Sum) {
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
