// Picture and classes to the canvas: upsamples the scores, takes the argmax and blends, one fragment a canvas pixel.

// Keep in sync with PaintUniforms in paint.rs.
struct PaintUniforms {
    // Canvas size in pixels.
    canvas: vec2f,
    opacity: f32,
    // Left of this (0..1 across) only the picture shows.
    split: f32,
    // The only class shown, or NO_CLASS.
    solo: u32,
    // 1: what is not shown as a class is transparent.
    cut_out: u32,
    // Samples per axis and canvas pixel, so that a large picture does not alias.
    samples: u32,
    padding_to_16: u32,
    // One bit a class.
    hidden: array<vec4u, 2>,
    // sRGB and how much of it, per class.
    palette: array<vec4f, 256>,
}

const NO_CLASS: u32 = 0xffffffffu;

@group(0) @binding(2) var<uniform> u: PaintUniforms;
@group(0) @binding(3) var picture: texture_2d<f32>;
@group(0) @binding(4) var picture_sampler: sampler;

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
    // One triangle that covers the canvas.
    let corner = vec2f(f32(index & 1u), f32(index >> 1u));
    return vec4f(corner * 4.0 - 1.0, 0.0, 1.0);
}

// The picture over white, averaged over the canvas pixel's area.
fn picture_at(pixel: vec2f) -> vec3f {
    var sum = vec3f(0.0);
    for (var y = 0u; y < u.samples; y++) {
        for (var x = 0u; x < u.samples; x++) {
            let offset = (vec2f(f32(x), f32(y)) + 0.5) / f32(u.samples);
            let colour = textureSampleLevel(picture, picture_sampler, (floor(pixel) + offset) / u.canvas, 0.0);
            sum += mix(vec3f(1.0), colour.rgb, colour.a);
        }
    }
    return sum / f32(u.samples * u.samples);
}

fn is_shown(class_id: u32) -> bool {
    if u.solo != NO_CLASS {
        return class_id == u.solo;
    }
    let word = class_id >> 5u;
    return ((u.hidden[word >> 2u][word & 3u] >> (class_id & 31u)) & 1u) == 0u;
}

@fragment
fn fragment(@builtin(position) pixel: vec4f) -> @location(0) vec4f {
    let position = pixel.xy / u.canvas;
    let photo = picture_at(pixel.xy);
    if position.x < u.split {
        return vec4f(photo, 1.0);
    }
    let class_id = best_class(taps_at(position));
    let tint = u.palette[class_id];
    if !is_shown(class_id) || tint.a == 0.0 {
        return select(vec4f(photo, 1.0), vec4f(0.0), u.cut_out == 1u);
    }
    return vec4f(mix(photo, tint.rgb, u.opacity * tint.a), 1.0);
}
