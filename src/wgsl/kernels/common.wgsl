// What every kernel shares: the three storage buffers, and the activations.
//
// A tensor [c, h, w] lies in `arena` as ceil(c / 4) planes of h * w vectors of four channels. Offsets are in vectors.
// Concatenated before each kernel, after one of vectors_*.wgsl and one of weights_*.wgsl.

@group(0) @binding(2) var<storage, read_write> arena: array<Four>;
// Tables of the plan; only `gather` reads them.
@group(0) @binding(3) var<storage, read> tables: array<vec4u>;

// No offset: keep in sync with NONE in kernels/uniforms.rs.
const NONE: u32 = 0xffffffffu;

// Four channels of a bias, scale, slope or affine.
fn parameter(index: u32) -> vec4f {
    return bitcast<vec4f>(weights[index]);
}

// x * (1 + erf(x / sqrt(2))) / 2, with erf to 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26). Keep in
// sync with `gelu` in simd/kernels/activate.rs.
fn gelu(x: vec4f) -> vec4f {
    let z = abs(x) * 0.70710678;
    let t = 1.0 / (1.0 + 0.3275911 * z);
    let sum = ((((1.0614054 * t - 1.453152) * t + 1.4214137) * t - 0.28449674) * t + 0.2548296) * t;
    return max(x, vec4f(0.0)) - 0.5 * abs(x) * sum * exp(-min(z * z, vec4f(80.0)));
}

// Keep the numbers in sync with activation in kernels/uniforms.rs. `slope` is the vector of PReLU slopes.
fn activate(x: vec4f, function: u32, slope: u32) -> vec4f {
    switch function {
        case 1u: { return max(x, vec4f(0.0)); }
        case 2u: { return clamp(x, vec4f(0.0), vec4f(6.0)); }
        case 3u: { return max(x, vec4f(0.0)) + parameter(slope) * min(x, vec4f(0.0)); }
        case 4u: { return x * clamp(x + 3.0, vec4f(0.0), vec4f(6.0)) / 6.0; }
        case 5u: { return clamp(x + 3.0, vec4f(0.0), vec4f(6.0)) / 6.0; }
        // exp overflows beyond 88; sigmoid is 0 in f32 long before.
        case 6u: { return 1.0 / (1.0 + exp(-max(x, vec4f(-80.0)))); }
        case 7u: { return gelu(x); }
        case 8u: { return x / (1.0 + exp(-max(x, vec4f(-80.0)))); }
        default: { return x; }
    }
}
