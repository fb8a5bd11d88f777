//! SegFormer B0 to B5 as NVIDIA published them: a hierarchical transformer under a decoder of linear layers only.
//!
//! Xie, Wang, Yu, Anandkumar, Alvarez, Luo, "SegFormer: Simple and Efficient Design for Semantic Segmentation with
//! Transformers", NeurIPS 2021, arXiv 2105.15203, section 3, figure 2 and table 6.
//! Reference: Hugging Face transformers 5, `models/segformer/modeling_segformer.py` (`SegformerForSemanticSegmentation`).
//! Names are those of the published checkpoints (nvidia/segformer-b0-finetuned-ade-512-512 and its siblings), which
//! transformers 5 renames as it loads them and restores as it saves.
//! Differences: the scores, at stride 4, are enlarged to the image, which the reference leaves to its image processor. Every layer
//! norm has torch's epsilon, where the authors' code has 1e-6 in the blocks; that is the reference's doing.

use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const EPSILON: f64 = 1e-5;
/// Of the four stages, at strides 4 to 32.
const PATCHES: [usize; 4] = [7, 3, 3, 3];
const STRIDES: [usize; 4] = [4, 2, 2, 2];
const HEADS: [usize; 4] = [1, 2, 5, 8];
/// How far keys and values are reduced on each side.
const REDUCTIONS: [usize; 4] = [8, 4, 2, 1];
/// The middle of a feed-forward network is this many times wider.
const EXPANSION: usize = 4;

pub struct Segformer {
    channels: [usize; 4],
    /// Blocks of each stage.
    depths: [usize; 4],
    decoder_channels: usize,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Segformer {
    /// `size` 0 to 5, for B0 to B5.
    pub fn new(size: usize, classes: usize) -> Self {
        let channels = if size == 0 { [32, 64, 160, 256] } else { [64, 128, 320, 512] };
        let depths =
            [[2, 2, 2, 2], [2, 2, 2, 2], [3, 4, 6, 3], [3, 4, 18, 3], [3, 8, 27, 3], [3, 6, 40, 3]][size];
        Self { channels, depths, decoder_channels: if size < 2 { 256 } else { 768 }, classes }
    }

    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size from 29 on.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let mut x = image;
        let maps = [0, 1, 2, 3].map(|stage| {
            x = self.stage(g, stage, x);
            x
        });
        let levels = [3, 2, 1, 0].map(|i| {
            let conv = Conv2d::new(self.decoder_channels, 1).bias();
            let level = g.conv(&format!("decode_head.linear_c.{i}.proj"), maps[i], conv);
            if i == 0 { level } else { g.resize_like(level, maps[0], Interpolation::Bilinear, false) }
        });
        let x = g.concat(&levels);
        let x = g.conv("decode_head.linear_fuse", x, Conv2d::new(self.decoder_channels, 1));
        let x = g.batch_norm("decode_head.batch_norm", x, EPSILON);
        let x = g.activation(x, Activation::Relu);
        let scores = g.conv("decode_head.classifier", x, Conv2d::new(self.classes, 1).bias());
        let scores = g.resize_like(scores, image, Interpolation::Bilinear, false);
        builder.build(scores)
    }

    /// Overlapping patches, then blocks of attention and feed-forward network (paper, figure 2).
    fn stage(&self, g: &mut GraphBuilder, i: usize, x: NodeId) -> NodeId {
        let encoder = "segformer.encoder";
        let c = self.channels[i];
        let patches = Conv2d::new(c, PATCHES[i]).stride(STRIDES[i]).bias();
        let x = g.conv(&format!("{encoder}.patch_embeddings.{i}.proj"), x, patches);
        let mut x = g.layer_norm(&format!("{encoder}.patch_embeddings.{i}.layer_norm"), x, EPSILON);
        for j in 0..self.depths[i] {
            let name = format!("{encoder}.block.{i}.{j}");
            let normed = g.layer_norm(&format!("{name}.layer_norm_1"), x, EPSILON);
            let attended = attention(g, &format!("{name}.attention"), normed, c, HEADS[i], REDUCTIONS[i]);
            x = g.add(attended, x);
            let normed = g.layer_norm(&format!("{name}.layer_norm_2"), x, EPSILON);
            let fed = mix_ffn(g, &format!("{name}.mlp"), normed, c);
            x = g.add(fed, x);
        }
        g.layer_norm(&format!("{encoder}.layer_norm.{i}"), x, EPSILON)
    }
}

/// Queries of every pixel, keys and values of a reduced map (paper, section 3.1, equation 2).
fn attention(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    c: usize,
    heads: usize,
    reduction: usize,
) -> NodeId {
    let linear = Conv2d::new(c, 1).bias();
    let queries = g.conv(&format!("{name}.self.query"), x, linear.clone());
    let mut reduced = x;
    if reduction > 1 {
        let conv = Conv2d::new(c, reduction).stride(reduction).padding(0).bias();
        reduced = g.conv(&format!("{name}.self.sr"), x, conv);
        reduced = g.layer_norm(&format!("{name}.self.layer_norm"), reduced, EPSILON);
    }
    let keys = g.conv(&format!("{name}.self.key"), reduced, linear.clone());
    let values = g.conv(&format!("{name}.self.value"), reduced, linear.clone());
    let y = g.attention(queries, keys, values, heads);
    g.conv(&format!("{name}.output.dense"), y, linear)
}

/// A feed-forward network with a depthwise convolution, which tells where a pixel is (paper, equation 3).
fn mix_ffn(g: &mut GraphBuilder, name: &str, x: NodeId, c: usize) -> NodeId {
    let inner = c * EXPANSION;
    let x = g.conv(&format!("{name}.dense1"), x, Conv2d::new(inner, 1).bias());
    let x = g.conv(&format!("{name}.dwconv.dwconv"), x, Conv2d::new(inner, 3).groups(inner).bias());
    let x = g.activation(x, Activation::Gelu);
    g.conv(&format!("{name}.dense2"), x, Conv2d::new(c, 1).bias())
}
