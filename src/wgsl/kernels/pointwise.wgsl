// 1x1 convolution, stride 1: y[o, p] = sum_i w[o, i] x[i, p] m[i], where m, one number a channel, may be missing.
//
// One invocation: four output channels, or eight that read the same input, of four pixels, a quarter of the map apart so that
// neighbours read neighbours.
// Invocations are counted through all planes, so that small maps leave none idle.
// Dispatch: as many as `invocation` counts. Twin: reference conv2d, mul.

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let pixels = u.out_size.x * u.out_size.y;
    let quarter = (pixels + 3u) / 4u;
    let id = invocation(group, groups, local);
    let plane = id / quarter * u.planes_at_once;
    if plane >= u.out_planes {
        return;
    }
    // Beyond the edge the last pixel is read again and not stored.
    let first = id % quarter;
    let p = min(first + vec4u(0u, 1u, 2u, 3u) * quarter, vec4u(pixels - 1u));
    let first_input = first_input_plane(plane);
    var at = u.x + first_input * pixels;
    var sum0 = Sum();
    var sum1 = Sum();
    var sum2 = Sum();
    var sum3 = Sum();
    var next0 = Sum();
    var next1 = Sum();
    var next2 = Sum();
    var next3 = Sum();
    for (var i = 0u; i < u.span; i++) {
        let w = block_at(u.kernel, plane * u.span + i);
        var x0 = vec4f(arena[at + p.x]);
        var x1 = vec4f(arena[at + p.y]);
        var x2 = vec4f(arena[at + p.z]);
        var x3 = vec4f(arena[at + p.w]);
        if u.multiplier != NONE {
            let m = vec4f(arena[u.multiplier + first_input + i]);
            x0 *= m;
            x1 *= m;
            x2 *= m;
            x3 *= m;
        }
        let p0 = entering(x0, u.inverse_step);
        let p1 = entering(x1, u.inverse_step);
        let p2 = entering(x2, u.inverse_step);
        let p3 = entering(x3, u.inverse_step);
        sum0 += product(w, p0);
        sum1 += product(w, p1);
        sum2 += product(w, p2);
        sum3 += product(w, p3);
        if u.planes_at_once == 2u {
            let v = block_at(u.kernel, (plane + 1u) * u.span + i);
            next0 += product(v, p0);
            next1 += product(v, p1);
            next2 += product(v, p2);
            next3 += product(v, p3);
        }
        at += pixels;
    }
    store(first, quarter, pixels, plane, sum0, sum1, sum2, sum3);
    if u.planes_at_once == 2u && plane + 1u < u.out_planes {
        store(first, quarter, pixels, plane + 1u, next0, next1, next2, next3);
    }
}

fn store(first: u32, quarter: u32, pixels: u32, plane: u32, sum0: Sum, sum1: Sum, sum2: Sum, sum3: Sum) {
    finish(total(sum0), plane, first);
    if first + quarter < pixels {
        finish(total(sum1), plane, first + quarter);
    }
    if first + 2u * quarter < pixels {
        finish(total(sum2), plane, first + 2u * quarter);
    }
    if first + 3u * quarter < pixels {
        finish(total(sum3), plane, first + 3u * quarter);
    }
}
