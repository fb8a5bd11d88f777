// Adds a tile's scores to those of the whole picture.
//
// One invocation: four classes of one cell of the map. Dispatch: (ceil(columns * rows / 64), planes). Twin: simd/mosaic.rs.

// Keep in sync with MosaicUniforms in mosaic.rs. Sizes are (width, height).
struct MosaicUniforms {
    // Of the tile's scores, and their offset in the arena.
    tile: vec2u,
    scores: u32,
    padding_to_8: u32,
    // Of the map, and the cells that the tile covers.
    size: vec2u,
    first: vec2u,
    count: vec2u,
}

// Keep in sync with Tap in plan/tiles.rs.
struct Tap {
    low: u32,
    high: u32,
    t: f32,
    share: f32,
}

@group(0) @binding(0) var<uniform> u: MosaicUniforms;
@group(0) @binding(1) var<storage, read> arena: array<Four>;
// One a column, then one a row.
@group(0) @binding(2) var<storage, read> taps: array<Tap>;
@group(0) @binding(3) var<storage, read_write> mosaic: array<Four>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let cell = vec2u(id.x % u.count.x, id.x / u.count.x);
    if cell.y >= u.count.y {
        return;
    }
    let column = taps[cell.x];
    let row = taps[u.count.x + cell.y];
    let plane = u.scores + id.y * u.tile.x * u.tile.y;
    let low = plane + row.low * u.tile.x;
    let high = plane + row.high * u.tile.x;
    let value = mix(
        mix(vec4f(arena[low + column.low]), vec4f(arena[low + column.high]), column.t),
        mix(vec4f(arena[high + column.low]), vec4f(arena[high + column.high]), column.t),
        row.t,
    );
    let at = id.y * u.size.x * u.size.y + (u.first.y + cell.y) * u.size.x + u.first.x + cell.x;
    mosaic[at] = narrow(vec4f(mosaic[at]) + value * row.share * column.share);
}
