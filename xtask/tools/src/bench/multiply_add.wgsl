// Eight independent chains of x = x * a + b on vectors of four: how fast arithmetic is where memory does not matter.
// 64 operations an invocation and turn of the loop. Dispatch: one invocation for each element of `output`.

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4f>;

override turns: u32;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if id.x >= arrayLength(&output) {
        return;
    }
    // From memory, so that nothing is known before the kernel runs.
    let a = input[0];
    let b = input[id.x % 64u];
    var x0 = b;
    var x1 = b + 1.0;
    var x2 = b + 2.0;
    var x3 = b + 3.0;
    var x4 = b + 4.0;
    var x5 = b + 5.0;
    var x6 = b + 6.0;
    var x7 = b + 7.0;
    for (var turn = 0u; turn < turns; turn++) {
        x0 = x0 * a + b;
        x1 = x1 * a + b;
        x2 = x2 * a + b;
        x3 = x3 * a + b;
        x4 = x4 * a + b;
        x5 = x5 * a + b;
        x6 = x6 * a + b;
        x7 = x7 * a + b;
    }
    output[id.x] = x0 + x1 + x2 + x3 + x4 + x5 + x6 + x7;
}
