// 1x1 convolution, stride 1: y[o, p] = sum_i w[o, i] x[i, p].
//
// One invocation: four output channels of four pixels, 64 apart so that neighbours read neighbours.
// Dispatch: (ceil(pixels / 256), output planes). Twin: reference conv2d.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let pixels = u.out_size.x * u.out_size.y;
    let first = group.x * 256u + local;
    let plane = group.y;
    if first >= pixels {
        return;
    }
    // Beyond the edge the last pixel is read again and not stored.
    let last = pixels - 1u;
    let p = min(vec4u(first, first + 64u, first + 128u, first + 192u), vec4u(last));
    let first_input = first_input_plane(plane);
    var at = u.x + first_input * pixels;
    var sum0 = vec4f(0.0);
    var sum1 = vec4f(0.0);
    var sum2 = vec4f(0.0);
    var sum3 = vec4f(0.0);
    for (var i = 0u; i < u.span; i++) {
        let w = weight_block(u.kernel, plane * u.span + i);
        sum0 += w * arena[at + p.x];
        sum1 += w * arena[at + p.y];
        sum2 += w * arena[at + p.z];
        sum3 += w * arena[at + p.w];
        at += pixels;
    }
    finish(sum0, plane, p.x);
    if first + 64u < pixels {
        finish(sum1, plane, p.y);
    }
    if first + 128u < pixels {
        finish(sum2, plane, p.z);
    }
    if first + 192u < pixels {
        finish(sum3, plane, p.w);
    }
}
