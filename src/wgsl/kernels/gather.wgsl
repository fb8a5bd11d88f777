// y[lane] = activate(x[source(lane)] * scale + shift): concatenation of channels that do not fill planes, and channel shuffle.
//
// A table entry, one a lane, is (offset of the source's first vector or NONE, its lane, channel of scale, shift and slope, unused).
// One invocation: four channels of one pixel. Dispatch: (ceil(pixels / 64), planes). Twin: reference concat, channel_shuffle.

fn one_lane(index: u32, pixel: u32) -> f32 {
    let entry = tables[u.table + index];
    if entry.x == NONE {
        return activate(vec4f(0.0), u.activation, u.slope).x;
    }
    let parameters = entry.z >> 2u;
    let lane = entry.z & 3u;
    var value = f32(arena[entry.x + pixel][entry.y]);
    if u.scale != NONE {
        value = value * parameter(u.scale + parameters)[lane] + parameter(u.shift + parameters)[lane];
    }
    return activate(vec4f(value), u.activation, u.slope + parameters)[lane];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixels = u.out_size.x * u.out_size.y;
    let pixel = id.x;
    if pixel >= pixels {
        return;
    }
    let first = id.y * 4u;
    let value = vec4f(
        one_lane(first, pixel),
        one_lane(first + 1u, pixel),
        one_lane(first + 2u, pixel),
        one_lane(first + 3u, pixel),
    );
    arena[u.y + id.y * pixels + pixel] = narrow(value);
}
