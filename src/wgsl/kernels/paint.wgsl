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
    // What is painted where no class is shown: one of the constants below.
    background: u32,
    // Samples per axis and canvas pixel, so that a large picture does not alias.
    samples: u32,
    // 1: left is right.
    mirrored: u32,
    // One bit a class.
    hidden: array<vec4u, 2>,
    // For COLOUR.
    colour: vec4f,
    // Size of `behind`.
    behind_size: vec2f,
    // 1: borders of classes follow the picture's.
    fine_edges: u32,
    // 1: borders of classes are drawn.
    outlined: u32,
    // sRGB and how much of it, per class.
    palette: array<vec4f, 256>,
}

const NO_CLASS: u32 = 0xffffffffu;

// Keep in sync with background_id in paint.rs.
const PICTURE: u32 = 0u;
const NOTHING: u32 = 1u;
const GREY: u32 = 2u;
const BLURRED: u32 = 3u;
const COLOUR: u32 = 4u;
const BACKDROP: u32 = 5u;
// Canvas pixels to one of the blurred map, as Background::REDUCTION.
const REDUCTION: f32 = 4.0;
// How far from another class a canvas pixel of an outline may be, as View::OUTLINE.
const OUTLINE: f32 = 2.0;

@group(0) @binding(2) var<uniform> u: PaintUniforms;
@group(0) @binding(3) var picture: texture_2d<f32>;
@group(0) @binding(4) var picture_sampler: sampler;
// For fine edges, of each cell of the score map: the picture's colour there, and the class that is best.
@group(0) @binding(5) var cells: texture_2d<f32>;
// What lies behind the classes shown: for BLURRED colours times weights, and weights; for BACKDROP a picture.
@group(1) @binding(0) var behind: texture_2d<f32>;

// Where across the picture a place on the canvas lies, both 0..1.
fn in_picture(place: vec2f) -> vec2f {
    return vec2f(select(place.x, 1.0 - place.x, u.mirrored == 1u), place.y);
}

// The picture over white, averaged over the canvas pixel's area.
fn picture_at(pixel: vec2f) -> vec3f {
    var sum = vec3f(0.0);
    for (var y = 0u; y < u.samples; y++) {
        for (var x = 0u; x < u.samples; x++) {
            let offset = (vec2f(f32(x), f32(y)) + 0.5) / f32(u.samples);
            let place = in_picture((floor(pixel) + offset) / u.canvas);
            let colour = textureSampleLevel(picture, picture_sampler, place, 0.0);
            sum += mix(vec3f(1.0), colour.rgb, colour.a);
        }
    }
    return sum / f32(u.samples * u.samples);
}

// What `cells` holds, from the part of the canvas that a cell covers: up to half a cell off where corners are aligned.
@fragment
fn cell(@builtin(position) pixel: vec4f) -> @location(0) vec4f {
    let at = vec2u(pixel.xy);
    let canvas = vec2u(u.canvas);
    let low = at * canvas / scores.size;
    let high = max(low + 1u, (at + 1u) * canvas / scores.size);
    var sum = vec3f(0.0);
    for (var y = low.y; y < high.y; y++) {
        for (var x = low.x; x < high.x; x++) {
            sum += picture_at(vec2f(vec2u(select(x, canvas.x - 1u - x, u.mirrored == 1u), y)) + 0.5);
        }
    }
    let count = (high - low).x * (high - low).y;
    let here = Taps(vec4u(scores.offset + at.y * scores.size.x + at.x), vec4f(1.0, 0.0, 0.0, 0.0));
    return vec4f(sum / f32(count), f32(best_class(here)));
}

// Joint bilateral upsampling (Kopf et al. 2007, eq. 3): of the sixteen cells around, those count whose colour is like that of
// the pixel. Twin: simd edges.rs, whose constants these are.
const NEAR: f32 = 0.5;
const ALIKE: f32 = 50.0;
const UNLIKE: f32 = 1e-3;

fn fine_class(position: vec2f, colour: vec3f) -> u32 {
    let p = place_at(position);
    let first = vec2i(floor(p)) - 1;
    var weights: array<f32, 16>;
    var lowest = 255u;
    var highest = 0u;
    for (var i = 0; i < 16; i++) {
        let at = first + vec2i(i & 3, i >> 2u);
        if any(at < vec2i(0)) || any(at >= vec2i(scores.size)) {
            continue;
        }
        let cell = textureLoad(cells, at, 0);
        let apart = vec2f(at) - p;
        let unlike = cell.rgb - colour;
        weights[i] = exp(-NEAR * dot(apart, apart)) * (exp(-ALIKE * dot(unlike, unlike)) + UNLIKE);
        let class_id = u32(cell.a);
        lowest = min(lowest, class_id);
        highest = max(highest, class_id);
    }
    if lowest == highest {
        return lowest;
    }
    var best = Best(0.0, 0u);
    for (var plane = 0u; plane * 4u < scores.classes; plane++) {
        var four = vec4f(0.0);
        for (var i = 0; i < 16; i++) {
            if weights[i] > 0.0 {
                let at = vec2u(first + vec2i(i & 3, i >> 2u));
                let index = (plane * scores.size.y + at.y) * scores.size.x + at.x;
                four += weights[i] * vec4f(values[scores.offset + index]);
            }
        }
        best = better(best, four, plane, scores.classes);
    }
    return best.class_id;
}

// The class at a pixel of the canvas, or NO_CLASS if it is not shown; `photo` is the picture there.
fn shown_class(pixel: vec2f, photo: vec3f) -> u32 {
    let position = in_picture(pixel / u.canvas);
    var class_id: u32;
    if u.fine_edges == 1u {
        class_id = fine_class(position, photo);
    } else {
        class_id = best_class(taps_at(position));
    }
    let word = class_id >> 5u;
    let is_hidden = ((u.hidden[word >> 2u][word & 3u] >> (class_id & 31u)) & 1u) == 1u;
    let is_shown = select(!is_hidden, class_id == u.solo, u.solo != NO_CLASS);
    return select(NO_CLASS, class_id, is_shown && u.palette[class_id].a > 0.0);
}

// Whether another class is near a pixel of the canvas, or none that is shown.
fn is_at_border(pixel: vec2f, class_id: u32) -> bool {
    var offsets = array(vec2f(-OUTLINE, 0.0), vec2f(OUTLINE, 0.0), vec2f(0.0, -OUTLINE), vec2f(0.0, OUTLINE));
    for (var i = 0; i < 4; i++) {
        let there = clamp(pixel + offsets[i], vec2f(0.5), u.canvas - 0.5);
        var photo = vec3f(0.0);
        if u.fine_edges == 1u {
            photo = picture_at(there);
        }
        if shown_class(there, photo) != class_id {
            return true;
        }
    }
    return false;
}

fn background_at(pixel: vec2f, photo: vec3f) -> vec4f {
    switch u.background {
        case NOTHING: { return vec4f(0.0); }
        case GREY: { return vec4f(vec3f(dot(photo, vec3f(0.2126, 0.7152, 0.0722))), 1.0); }
        case BLURRED: {
            let place = pixel / REDUCTION / u.behind_size;
            let blurred = textureSampleLevel(behind, picture_sampler, place, 0.0);
            // Between fingers there may be no background that the reduced map knows of.
            return vec4f(select(photo, blurred.rgb / max(blurred.a, 1e-3), blurred.a > 1e-3), 1.0);
        }
        case COLOUR: { return u.colour; }
        case BACKDROP: {
            // It fills the canvas, and what is too much is cut off on both sides.
            let scale = max(u.canvas.x / u.behind_size.x, u.canvas.y / u.behind_size.y);
            let place = (pixel - 0.5 * u.canvas) / (scale * u.behind_size) + 0.5;
            let colour = textureSampleLevel(behind, picture_sampler, place, 0.0);
            return vec4f(mix(vec3f(1.0), colour.rgb, colour.a), 1.0);
        }
        default: { return vec4f(photo, 1.0); }
    }
}

// What is to be blurred: the picture without what is in front, so that it leaves no halo.
@fragment
fn extract(@builtin(position) pixel: vec4f) -> @location(0) vec4f {
    var sum = vec4f(0.0);
    for (var y = 0.5; y < REDUCTION; y += 1.0) {
        for (var x = 0.5; x < REDUCTION; x += 1.0) {
            let at = floor(pixel.xy) * REDUCTION + vec2f(x, y);
            let photo = picture_at(at);
            if all(at < u.canvas) && shown_class(at, photo) == NO_CLASS {
                sum += vec4f(photo, 1.0);
            }
        }
    }
    return sum / (REDUCTION * REDUCTION);
}

@fragment
fn fragment(@builtin(position) pixel: vec4f) -> @location(0) vec4f {
    let photo = picture_at(pixel.xy);
    if pixel.x < u.split * u.canvas.x {
        return vec4f(photo, 1.0);
    }
    let class_id = shown_class(pixel.xy, photo);
    if class_id == NO_CLASS {
        return background_at(pixel.xy, photo);
    }
    let tint = u.palette[class_id];
    let is_drawn = u.outlined == 1u && is_at_border(pixel.xy, class_id);
    return vec4f(mix(photo, tint.rgb, select(u.opacity, 1.0, is_drawn) * tint.a), 1.0);
}
