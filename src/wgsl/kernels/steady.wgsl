// Scores of a new frame to those shown: a running average, as quick as motion.wgsl says. Where only some columns are kept
// steady, it counts how many cells change their class though the picture stands still. Twin: simd steady.rs.
//
// One invocation: one cell. Dispatch: (ceil(width / 8), ceil(height / 8)).

// Still cells and those of them that changed: in other columns, and in those kept steady.
@group(0) @binding(4) var<storage, read_write> flicker: array<atomic<u32>, 4>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if any(id.xy >= u.size) {
        return;
    }
    let at = id.y * u.size.x + id.x;
    let share = cells[at].a;
    let is_steady = id.x >= u.columns.x && id.x < u.columns.y;
    var before = Best(0.0, 0u);
    var now = before;
    for (var plane = 0u; plane * 4u < u.classes; plane++) {
        let index = plane * u.size.x * u.size.y + at;
        let of_new = select(1.0, share, is_steady);
        let value = history[index] * (1.0 - of_new) + vec4f(arena[u.scores + index]) * of_new;
        before = better(before, history[index], plane, u.classes);
        now = better(now, value, plane, u.classes);
        history[index] = value;
        arena[u.scores + index] = narrow(value);
    }
    let is_compared = u.columns.y - u.columns.x < u.size.x;
    if is_compared && share == u.still {
        let side = select(0u, 2u, is_steady);
        atomicAdd(&flicker[side], 1u);
        atomicAdd(&flicker[side + 1u], u32(before.class_id != now.class_id));
    }
}
