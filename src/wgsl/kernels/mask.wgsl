// Class ids of a band of the picture's pixels, one byte each, and how many pixels each class has.
//
// One invocation: four consecutive pixels, so one word. Dispatch: (ceil(count / 256), 1).

// Keep in sync with MaskUniforms in mask.rs.
struct MaskUniforms {
    // First pixel of the band in row-major order, and pixels in the band.
    first: u32,
    count: u32,
}

@group(0) @binding(2) var<uniform> u: MaskUniforms;
@group(0) @binding(3) var<storage, read_write> ids: array<u32>;
@group(0) @binding(4) var<storage, read_write> counts: array<atomic<u32>, 256>;

// Counted here first: thousands of invocations adding to the same few words in memory would queue.
var<workgroup> local_counts: array<atomic<u32>, 256>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
    var word = 0u;
    for (var i = 0u; i < 4u; i++) {
        let in_band = id.x * 4u + i;
        if in_band < u.count {
            let pixel = u.first + in_band;
            let at = vec2u(pixel % scores.source.x, pixel / scores.source.x);
            let class_id = best_class(taps_at((vec2f(at) + 0.5) / vec2f(scores.source)));
            word |= class_id << (8u * i);
            atomicAdd(&local_counts[class_id], 1u);
        }
    }
    if id.x * 4u < u.count {
        ids[id.x] = word;
    }
    workgroupBarrier();
    for (var c = local; c < scores.classes; c += 64u) {
        let count = atomicLoad(&local_counts[c]);
        if count > 0u {
            atomicAdd(&counts[c], count);
        }
    }
}
