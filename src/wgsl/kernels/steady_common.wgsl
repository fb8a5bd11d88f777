// Keep in sync with SteadyUniforms in steady.rs. Sizes are (width, height).
struct SteadyUniforms {
    in_size: vec2u,
    // Of the score map.
    size: vec2u,
    // Offsets of input and scores in the arena.
    x: u32,
    scores: u32,
    classes: u32,
    // Of a new frame, the share that counts where nothing moves.
    still: f32,
    // Changes of a channel, in standard deviations of the network's normalisation: up to the one a cell stands still, from
    // the other on it has moved.
    noise: f32,
    moved: f32,
    // Columns of the score map that are kept steady: from the first up to the second.
    columns: vec2u,
}

@group(0) @binding(0) var<uniform> u: SteadyUniforms;
@group(0) @binding(1) var<storage, read_write> arena: array<Four>;
// Colour, and the share that counts.
@group(0) @binding(2) var<storage, read_write> cells: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> history: array<vec4f>;
