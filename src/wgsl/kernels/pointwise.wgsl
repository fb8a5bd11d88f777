// 1x1 convolution, stride 1: y[o, p] = sum_i w[o, i] x[i, p] m[i], where m, one number a channel, may be missing.
//
// One invocation: four output channels of four pixels, a quarter of the map apart so that neighbours read neighbours.
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
    let plane = id / quarter;
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
        sum0 += product(w, entering(x0, u.inverse_step));
        sum1 += product(w, entering(x1, u.inverse_step));
        sum2 += product(w, entering(x2, u.inverse_step));
        sum3 += product(w, entering(x3, u.inverse_step));
        at += pixels;
    }
    finish(total(sum0), plane, p.x);
    if first + quarter < pixels {
        finish(total(sum1), plane, p.y);
    }
    if first + 2u * quarter < pixels {
        finish(total(sum2), plane, p.z);
    }
    if first + 3u * quarter < pixels {
        finish(total(sum3), plane, p.w);
    }
}
