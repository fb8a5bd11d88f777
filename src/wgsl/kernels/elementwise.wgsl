// y = activate((x * multiplier + addend) * scale + shift), each part only where it is present; multiplier and addend may
// be one pixel a channel.
//
// One invocation: four channels of one pixel. Dispatch: (ceil(pixels / 64), planes). Twin: reference mul, add, affine.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixels = u.out_size.x * u.out_size.y;
    let pixel = id.x;
    let plane = id.y;
    if pixel >= pixels {
        return;
    }
    let at = plane * pixels + pixel;
    var value = vec4f(arena[u.x + at]);
    if u.multiplier != NONE {
        value *= vec4f(arena[u.multiplier + select(at, plane, u.multiplier_is_pixel == 1u)]);
    }
    if u.addend != NONE {
        value += vec4f(arena[u.addend + select(at, plane, u.addend_is_pixel == 1u)]);
    }
    if u.scale != NONE {
        value = value * parameter(u.scale + plane) + parameter(u.shift + plane);
    }
    store(value, plane, pixel);
}
