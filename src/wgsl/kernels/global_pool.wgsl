// Average over the whole map.
//
// One workgroup: four channels; its invocations share the sum. Dispatch: (1, planes). Twin: reference adaptive_avg_pool2d.

var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let pixels = u.in_size.x * u.in_size.y;
    let first = u.x + group.y * pixels;
    var sum = vec4f(0.0);
    for (var pixel = local; pixel < pixels; pixel += 64u) {
        sum += vec4f(arena[first + pixel]);
    }
    partial[local] = sum;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            partial[local] += partial[local + half];
        }
    }
    if local == 0u {
        store(partial[0] / f32(pixels), group.y, 0u);
    }
}
