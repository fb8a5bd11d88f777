//! What a pixel attends to.

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Tensor;

/// For the query at `[y, x]`: `[heads, key height, key width]`, each head's softmax over all keys of scaled dot products (Vaswani et al.
/// 2017, arXiv 1706.03762, section 3.2.1). `queries` and `keys` are `[1, c, h, w]` as an attention node reads them, channels split into
/// heads; in SegFormer the keys' map is the smaller one, reduced in space (Xie et al. 2021, arXiv 2105.15203, section 3.1).
///
/// Errors: `out-of-range` for a position outside the queries' map, or heads that do not divide the channels.
pub fn attention(queries: &Tensor, keys: &Tensor, heads: usize, [y, x]: [usize; 2]) -> Result<Tensor> {
    let ([_, channels, height, width], [_, _, key_height, key_width]) = (map(queries), map(keys));
    if y >= height || x >= width || heads == 0 || channels % heads != 0 {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!("there is no query at {x}, {y} of {heads} heads in a map of {channels}x{height}x{width}"),
        ));
    }
    let (size, positions) = (channels / heads, key_height * key_width);
    let mut shares = Vec::with_capacity(heads * positions);
    for head in 0..heads {
        let mut scores = vec![0.0f64; positions];
        for channel in head * size..(head + 1) * size {
            let query = f64::from(queries.data[(channel * height + y) * width + x]);
            for (score, key) in scores.iter_mut().zip(&keys.data[channel * positions..]) {
                *score += query * f64::from(*key);
            }
        }
        let scale = 1.0 / (size as f64).sqrt();
        let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let exponentials: Vec<f64> = scores.iter().map(|score| ((score - largest) * scale).exp()).collect();
        let sum: f64 = exponentials.iter().sum();
        shares.extend(exponentials.iter().map(|e| (e / sum) as f32));
    }
    Ok(Tensor::new([heads, key_height, key_width], shares))
}

fn map(tensor: &Tensor) -> [usize; 4] {
    tensor.shape[..].try_into().expect("values of a graph are maps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_by_hand() {
        // Two heads of one channel; the second head's query is zero, so it attends to all keys alike.
        let queries = Tensor::new([1, 2, 1, 1], vec![2.0, 0.0]);
        let keys = Tensor::new([1, 2, 1, 2], vec![1.0, 0.0, 5.0, -5.0]);
        let map = attention(&queries, &keys, 2, [0, 0]).unwrap();
        let first = 1.0 / (1.0 + (-2.0f32).exp());
        for (share, wanted) in map.data.iter().zip([first, 1.0 - first, 0.5, 0.5]) {
            assert!((share - wanted).abs() < 1e-6, "{:?}", map.data);
        }
        assert_eq!(attention(&queries, &keys, 3, [0, 0]).unwrap_err().kind(), ErrorKind::OutOfRange);
        assert_eq!(attention(&queries, &keys, 2, [1, 0]).unwrap_err().kind(), ErrorKind::OutOfRange);
    }
}
