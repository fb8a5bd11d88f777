// A Gaussian along one axis. Twin: simd behind.rs.

// Keep in sync with BlurUniforms in behind.rs.
struct BlurUniforms {
    // From one pixel to the next: (1, 0) or (0, 1).
    step: vec2i,
    radius: i32,
    // 1 / (2 sigma^2)
    falloff: f32,
}

@group(0) @binding(0) var<uniform> u: BlurUniforms;
@group(0) @binding(1) var source: texture_2d<f32>;

@fragment
fn fragment(@builtin(position) pixel: vec4f) -> @location(0) vec4f {
    let last = vec2i(textureDimensions(source)) - 1;
    var sum = vec4f(0.0);
    var total = 0.0;
    for (var i = -u.radius; i <= u.radius; i++) {
        let weight = exp(-f32(i * i) * u.falloff);
        sum += weight * textureLoad(source, clamp(vec2i(pixel.xy) + i * u.step, vec2i(0), last), 0);
        total += weight;
    }
    return sum / total;
}
