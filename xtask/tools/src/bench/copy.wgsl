// output[i] = input[i]: how fast memory is. One invocation copies vectors a whole dispatch apart, so that neighbours read
// neighbours. Dispatch: any number of workgroups.

@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> output: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
    let stride = workgroups.x * 256u;
    for (var i = id.x; i < arrayLength(&output); i += stride) {
        output[i] = input[i];
    }
}
