// Adaptive average pooling: output i averages inputs floor(i * in / out) up to ceil((i + 1) * in / out).
//
// One invocation: four channels of one pixel. Dispatch: (ceil(pixels / 64), planes). Twin: reference adaptive_avg_pool2d.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let at = vec2u(pixel % u.out_size.x, pixel / u.out_size.x);
    let low = at * u.in_size / u.out_size;
    let high = ((at + 1u) * u.in_size + u.out_size - 1u) / u.out_size;
    let first = u.x + plane * u.in_size.x * u.in_size.y;
    var sum = vec4f(0.0);
    for (var y = low.y; y < high.y; y++) {
        for (var x = low.x; x < high.x; x++) {
            sum += vec4f(arena[first + y * u.in_size.x + x]);
        }
    }
    let count = (high - low);
    store(sum / f32(count.x * count.y), plane, pixel);
}
