// softmax(q k^T / sqrt(size)) v for each head of `size` channels: x are the queries, `multiplier` the keys, `addend` the values.
//
// One invocation: one query pixel, `table` heads of `window.x` channels: one, or all where heads share vectors. The softmax is
// that of one pass (Milakov and Gimelshein 2018, arXiv 1805.02867); a head of more than 64 channels takes a pass for each 64.
// Dispatch: (ceil(pixels / 64), heads / table). Twin: reference attention.

const MOST_PLANES = 16u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixels = u.out_size.x * u.out_size.y;
    let keys = u.in_size.x * u.in_size.y;
    if id.x >= pixels {
        return;
    }
    let size = u.window.x;
    let scale = inverseSqrt(f32(size));
    let lanes = vec4u(0u, 1u, 2u, 3u);
    for (var head = id.y * u.table; head < (id.y + 1u) * u.table; head++) {
        let low = head * size;
        let high = low + size;
        let first = low / 4u;
        let end = (high + 3u) / 4u;
        for (var part = first; part < end; part += MOST_PLANES) {
            let planes = min(end - part, MOST_PLANES);
            var sums: array<vec4f, MOST_PLANES>;
            var largest = -1e30;
            var total = 0.0;
            for (var key = 0u; key < keys; key++) {
                var products = vec4f(0.0);
                for (var plane = first; plane < end; plane++) {
                    let channels = plane * 4u + lanes;
                    let q = vec4f(arena[u.x + plane * pixels + id.x]);
                    let k = vec4f(arena[u.multiplier + plane * keys + key]);
                    products += select(vec4f(0.0), q * k, (channels >= vec4u(low)) & (channels < vec4u(high)));
                }
                let score = dot(products, vec4f(scale));
                let next = max(largest, score);
                let kept = exp(largest - next);
                let weight = exp(score - next);
                total = total * kept + weight;
                for (var i = 0u; i < planes; i++) {
                    sums[i] = sums[i] * kept + weight * vec4f(arena[u.addend + (part + i) * keys + key]);
                }
                largest = next;
            }
            for (var i = 0u; i < planes; i++) {
                let plane = part + i;
                let to = u.y + plane * pixels + id.x;
                let own = activate(sums[i] / total, u.activation, u.slope + plane);
                // Lanes of the heads before keep what these wrote.
                arena[to] = select(arena[to], narrow(own), plane * 4u + lanes >= vec4u(low));
            }
        }
    }
}
