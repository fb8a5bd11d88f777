// Activations as f32: four channels a vector. The head of every module that touches them.

alias Four = vec4f;

// From the numbers kernels compute in to those in memory.
fn narrow(value: vec4f) -> Four {
    return value;
}
