// Scores of all classes at one place of the picture.
//
// One invocation: four classes. Dispatch: (1, 1), which is enough for 256 classes.

// Keep in sync with ProbeUniforms in probe.rs. 0..1 across the picture.
struct ProbeUniforms {
    position: vec2f,
}

@group(0) @binding(2) var<uniform> u: ProbeUniforms;
@group(0) @binding(3) var<storage, read_write> result: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) plane: u32) {
    if plane * 4u < scores.classes {
        result[plane] = scores_of(plane, taps_at(u.position));
    }
}
