//! Theoretical receptive fields: published figures, and a network's own answer to a changed pixel.

mod common;

use common::{light_networks, sides_for};
use segscope::graph::random::random_picture;
use segscope::graph::receptive_field::Extent;
use segscope::graph::{Conv2d, Graph, GraphBuilder, NodeId};
use segscope::reference::Reference;

/// Rows of convolutions and pools: kernel and stride of each, padded to keep the size.
fn stack(layers: &[[usize; 2]]) -> Graph {
    let (mut g, mut x) = GraphBuilder::new(1);
    for (i, [kernel, stride]) in layers.iter().enumerate() {
        x = g.conv(&format!("layer{i}"), x, Conv2d::new(1, *kernel).stride(*stride));
    }
    g.build(x)
}

fn size(graph: &Graph, node: NodeId) -> Option<f64> {
    graph.receptive_fields(512, 512).unwrap()[node][0].size()
}

/// Araujo et al. 2019, table 1; their ResNet strides in the last block of a stage.
#[test]
fn published_sizes() {
    let vgg: Vec<[usize; 2]> =
        [2, 2, 3, 3, 3].iter().flat_map(|&convs| vec![[3, 1]; convs].into_iter().chain([[2, 2]])).collect();
    let separable = |stride: usize| [3, stride];
    let mobilenet: Vec<[usize; 2]> = [2, 1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1].map(separable).to_vec();
    let mut resnet = vec![[7, 2], [3, 2]];
    for (blocks, stride) in [(3, 2), (4, 2), (6, 2), (3, 1)] {
        resnet.extend((0..blocks).map(|block| [3, if block + 1 == blocks { stride } else { 1 }]));
    }
    for (name, layers, expected) in
        [("VGG-16", vgg, 212.0), ("MobileNet-v1", mobilenet, 315.0), ("ResNet-50", resnet, 483.0)]
    {
        let graph = stack(&layers);
        assert_eq!(size(&graph, graph.output), Some(expected), "{name}");
    }
}

#[test]
fn branches_count_for_what_they_see_and_global_pooling_sees_all() {
    let (mut g, x) = GraphBuilder::new(1);
    let narrow = g.conv("narrow", x, Conv2d::new(1, 1));
    let wide = g.conv("wide", x, Conv2d::new(1, 3).dilation(4));
    let sum = g.add(narrow, wide);
    let pooled = g.global_avg_pool(sum);
    let gated = g.mul(sum, pooled);
    let graph = g.build(gated);
    assert_eq!([narrow, wide, sum].map(|node| size(&graph, node)), [Some(1.0), Some(9.0), Some(9.0)]);
    assert_eq!([pooled, gated].map(|node| size(&graph, node)), [None, None]);
}

/// No value may change whose field does not hold the changed pixel.
#[test]
fn a_changed_pixel_is_seen_only_where_the_fields_say() {
    for case in light_networks() {
        let (name, graph) = (&case.name, &case.graph);
        let [height, width] = sides_for(&case, [96; 2]);
        let reference = Reference::new(graph, &case.weights).unwrap();
        let fields = graph.receptive_fields(height, width).unwrap();
        let shape = [1, 3, height, width];
        let picture = random_picture(shape);
        let mut changed = picture.clone();
        let (row, column) = (37, 58);
        changed[row * width + column] += 3.0;
        let before = reference.run_all(&picture, shape).unwrap();
        let after = reference.run_all(&changed, shape).unwrap();
        let mut checked = 0;
        for (node, field) in fields.iter().enumerate() {
            let [_, _, h, w] = before[node].shape[..] else { panic!("maps have four axes") };
            for (i, (a, b)) in before[node].data.iter().zip(&after[node].data).enumerate() {
                let sees =
                    [(i / w % h, row), (i % w, column)].iter().zip(field).all(|((at, pixel), extent)| {
                        match extent {
                            Extent::Whole => true,
                            Extent::Window { first, last, jump } => {
                                let from = *at as f64 * jump;
                                (from + first..=from + last).contains(&(*pixel as f64))
                            }
                        }
                    });
                checked += usize::from(!sees);
                assert!(sees || a == b, "{name} {}: value {i} changed", graph.node(node).name);
            }
        }
        println!("{name}: {checked} values outside the changed pixel's reach, none changed");
        assert!(checked > 10_000, "{name}: {checked}");
    }
}
