// Puts each value where the map it was pooled from, `addend`, has the first maximum of its window.
//
// One invocation: four channels of one pixel. Dispatch: (ceil(pixels / 64), planes). Twin: reference max_unpool2d.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let at = vec2u(pixel % u.out_size.x, pixel / u.out_size.x);
    let source = at / u.stride;
    let low = source * u.stride;
    let high = min(low + u.window, u.out_size);
    let first = u.addend + plane * u.out_size.x * u.out_size.y;
    let here = vec4f(arena[first + pixel]);
    var is_chosen = vec4<bool>(all(at < high) && all(source < u.in_size));
    for (var y = low.y; y < high.y; y++) {
        for (var x = low.x; x < high.x; x++) {
            let other = y * u.out_size.x + x;
            let value = vec4f(arena[first + other]);
            is_chosen = is_chosen & select(here >= value, here > value, other < pixel);
        }
    }
    let begin = u.x + plane * u.in_size.x * u.in_size.y + source.y * u.in_size.x + source.x;
    store(select(vec4f(0.0), vec4f(arena[begin]), is_chosen), plane, pixel);
}
