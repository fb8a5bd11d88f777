// y = activate((x - mean) / sqrt(variance + epsilon) * scale + shift), with mean and variance of sets of values: the channels of
// a pixel (layer norm), or all pixels of a group of channels (group norm).
//
// `window` is the size of a set, (channels, pixels), `stride` how far one is from the next, `mode` the bits of epsilon.
// One workgroup: `table` sets, one after another where several share vectors. Dispatch: sets / table, in rows of the map's width.
// Twin: reference layer_norm, group_norm.

var<workgroup> partial: array<f32, 64>;

// The sum of every invocation's value.
fn total(value: f32, local: u32) -> f32 {
    workgroupBarrier();
    partial[local] = value;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if local < half {
            partial[local] += partial[local + half];
        }
    }
    workgroupBarrier();
    return partial[0];
}

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) groups: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let pixels = u.out_size.x * u.out_size.y;
    let sets = (group.y * groups.x + group.x) * u.table;
    for (var number = sets; number < sets + u.table; number++) {
        let low = number * u.stride.x;
        let high = low + u.window.x;
        let first = low / 4u;
        let count = ((high + 3u) / 4u - first) * u.window.y;
        // Counted pixel by pixel, then plane by plane.
        let begin = u.x + first * pixels + number * u.stride.y;
        let lanes = vec4u(0u, 1u, 2u, 3u);
        var sum = vec4f(0.0);
        for (var i = local; i < count; i += 64u) {
            let channels = (first + i / u.window.y) * 4u + lanes;
            let value = vec4f(arena[begin + i / u.window.y * pixels + i % u.window.y]);
            sum += select(vec4f(0.0), value, (channels >= vec4u(low)) & (channels < vec4u(high)));
        }
        let values = f32(u.window.x * u.window.y);
        let mean = total(dot(sum, vec4f(1.0)), local) / values;
        sum = vec4f(0.0);
        for (var i = local; i < count; i += 64u) {
            let channels = (first + i / u.window.y) * 4u + lanes;
            let value = vec4f(arena[begin + i / u.window.y * pixels + i % u.window.y]) - mean;
            sum += select(vec4f(0.0), value * value, (channels >= vec4u(low)) & (channels < vec4u(high)));
        }
        let share = inverseSqrt(total(dot(sum, vec4f(1.0)), local) / values + bitcast<f32>(u.mode));
        for (var i = local; i < count; i += 64u) {
            let plane = first + i / u.window.y;
            let pixel = number * u.stride.y + i % u.window.y;
            let channels = plane * 4u + lanes;
            let value = (vec4f(arena[u.x + plane * pixels + pixel]) - mean) * share;
            let to = u.y + plane * pixels + pixel;
            let own = activate(value * parameter(u.scale + plane) + parameter(u.shift + plane), u.activation, u.slope + plane);
            // Lanes of the sets before keep what these wrote.
            arena[to] = select(arena[to], narrow(own), channels >= vec4u(low));
        }
        storageBarrier();
    }
}
