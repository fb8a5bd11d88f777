// Resize: bilinear (mode 0), bilinear with aligned corners (mode 1), nearest (mode 2), as PyTorch's interpolate.
//
// One invocation: four channels of one pixel. Dispatch: (ceil(pixels / 64), planes). Twin: reference resize.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let at = vec2u(pixel % u.out_size.x, pixel / u.out_size.x);
    let first = u.x + plane * u.in_size.x * u.in_size.y;
    if u.mode == 2u {
        let source = at * u.in_size / u.out_size;
        store(arena[first + source.y * u.in_size.x + source.x], plane, pixel);
        return;
    }
    let last = vec2f(u.in_size - 1u);
    var position: vec2f;
    if u.mode == 1u {
        position = vec2f(at) * last / max(vec2f(u.out_size - 1u), vec2f(1.0));
    } else {
        position = (vec2f(at) + 0.5) * vec2f(u.in_size) / vec2f(u.out_size) - 0.5;
    }
    position = clamp(position, vec2f(0.0), last);
    let low = vec2u(position);
    let high = min(low + 1u, u.in_size - 1u);
    let t = position - vec2f(low);
    let top = mix(arena[first + low.y * u.in_size.x + low.x], arena[first + low.y * u.in_size.x + high.x], t.x);
    let bottom = mix(arena[first + high.y * u.in_size.x + low.x], arena[first + high.y * u.in_size.x + high.x], t.x);
    store(mix(top, bottom, t.y), plane, pixel);
}
