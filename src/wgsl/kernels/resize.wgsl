// Resize: bilinear (mode 0), bilinear with aligned corners (mode 1), nearest (mode 2), as PyTorch's interpolate.
//
// One invocation: four channels of one pixel. Dispatch: (ceil(pixels / 64), planes). Twin: reference resize.

fn at(row: u32, column: u32) -> vec4f {
    return vec4f(arena[row + column]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixel = id.x;
    let plane = id.y;
    if pixel >= u.out_size.x * u.out_size.y {
        return;
    }
    let place = vec2u(pixel % u.out_size.x, pixel / u.out_size.x);
    let first = u.x + plane * u.in_size.x * u.in_size.y;
    if u.mode == 2u {
        let source = place * u.in_size / u.out_size;
        store(at(first + source.y * u.in_size.x, source.x), plane, pixel);
        return;
    }
    let last = vec2f(u.in_size - 1u);
    var position: vec2f;
    if u.mode == 1u {
        position = vec2f(place) * last / max(vec2f(u.out_size - 1u), vec2f(1.0));
    } else {
        position = (vec2f(place) + 0.5) * vec2f(u.in_size) / vec2f(u.out_size) - 0.5;
    }
    position = clamp(position, vec2f(0.0), last);
    let low = vec2u(position);
    let high = min(low + 1u, u.in_size - 1u);
    let t = position - vec2f(low);
    let rows = first + vec2u(low.y, high.y) * u.in_size.x;
    let top = mix(at(rows.x, low.x), at(rows.x, high.x), t.x);
    let bottom = mix(at(rows.y, low.x), at(rows.y, high.x), t.x);
    store(mix(top, bottom, t.y), plane, pixel);
}
