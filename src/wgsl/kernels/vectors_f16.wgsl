// Activations as f16: four channels a vector. The head of every module that touches them.
enable f16;

alias Four = vec4h;

// From the numbers kernels compute in to those in memory; what f16 cannot hold becomes its largest.
fn narrow(value: vec4f) -> Four {
    return vec4h(clamp(value, vec4f(-65504.0), vec4f(65504.0)));
}
