// Max pooling (mode 1) and average pooling (mode 0) over a window; the average counts the padding, which may be negative.
//
// One invocation: four channels of one pixel. Dispatch: (ceil(pixels / 64), planes). Twin: reference max_pool2d, avg_pool2d.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let corner = vec2i(vec2u(pixel % u.out_size.x, pixel / u.out_size.x) * u.stride) - vec2i(u.padding);
    let low = vec2u(max(corner, vec2i(0)));
    let high = vec2u(clamp(corner + vec2i(u.window), vec2i(0), vec2i(u.in_size)));
    let first = u.x + plane * u.in_size.x * u.in_size.y;
    var sum = vec4f(0.0);
    // The plan's padding is at most half a window, so the window holds at least one real value.
    var largest = vec4f(arena[first + low.y * u.in_size.x + low.x]);
    for (var y = low.y; y < high.y; y++) {
        for (var x = low.x; x < high.x; x++) {
            let value = vec4f(arena[first + y * u.in_size.x + x]);
            sum += value;
            largest = max(largest, value);
        }
    }
    let average = sum / f32(u.window.x * u.window.y);
    store(select(average, largest, u.mode == 1u), plane, pixel);
}
