// How much of a new frame's scores counts, for each cell of the score map: all of it where the picture moved, little where it
// stands still. Runs while the arena holds the network's input. Twin: simd steady.rs.
//
// One invocation: one cell. Dispatch: (ceil(width / 8), ceil(height / 8)).

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if any(id.xy >= u.size) {
        return;
    }
    let low = id.xy * u.in_size / u.size;
    let high = max(low + 1u, (id.xy + 1u) * u.in_size / u.size);
    var sum = vec3f(0.0);
    for (var y = low.y; y < high.y; y++) {
        for (var x = low.x; x < high.x; x++) {
            sum += vec4f(arena[u.x + y * u.in_size.x + x]).rgb;
        }
    }
    let count = (high - low).x * (high - low).y;
    let colour = sum / f32(count);
    let at = id.y * u.size.x + id.x;
    let before = cells[at].rgb;
    let change = abs(colour - before);
    let share = mix(u.still, 1.0, smoothstep(u.noise, u.moved, max(change.r, max(change.g, change.b))));
    // Not mix, which may lose a small number beside that of a cell never seen.
    cells[at] = vec4f(before * (1.0 - share) + colour * share, share);
}
