//! Operations on neighbouring pixels: convolutions, poolings, resizing, padding.

use super::Outcome;
use super::attributes::Attributes;
use super::constant::Constant;
use super::trace::{Target, Trace, one_hot};
use super::view::{Axis, View};
use crate::graph::{Conv2d, ConvTranspose2d, Interpolation, NodeId, Op, Pair, Size, Tensor, Window};

/// Of squares of pixels: their filters have the fourth power of this in numbers.
const MAX_FACTOR: usize = 16;

pub fn conv(
    trace: &mut Trace,
    x: NodeId,
    attributes: Attributes,
    kernel: &Constant,
    bias: Option<&Constant>,
) -> Outcome<NodeId> {
    let [before, after] = attributes.padding()?;
    // Zeros on one side only go around the map first.
    let (x, padding) = if before == after { (x, before) } else { (pad(trace, x, before, after)?, [0; 2]) };
    let (kernel, bias) = (tensor(kernel)?, bias.map(tensor).transpose()?);
    let &[out_channels, _, height, width] = &kernel.shape[..] else {
        return Err(format!("its kernel has the shape {:?}; four dimensions are possible", kernel.shape));
    };
    let conv = Conv2d {
        out_channels,
        kernel: [height, width],
        stride: attributes.pair("strides", 1)?,
        padding,
        dilation: attributes.pair("dilations", 1)?,
        groups: groups(attributes)?,
        bias: bias.is_some(),
    };
    check_inputs(trace, x, conv.groups, kernel.shape[1])?;
    trace.push(Op::Conv2d(conv), &[x], [kernel].into_iter().chain(bias).collect())
}

pub fn conv_transpose(
    trace: &mut Trace,
    x: NodeId,
    attributes: Attributes,
    kernel: &Constant,
    bias: Option<&Constant>,
) -> Outcome<NodeId> {
    if attributes.ints("output_shape").is_some() || attributes.pair("dilations", 1)? != [1; 2] {
        return Err("it has an output_shape or dilations".into());
    }
    let (kernel, bias) = (tensor(kernel)?, bias.map(tensor).transpose()?);
    let &[inputs, per_group, height, width] = &kernel.shape[..] else {
        return Err(format!("its kernel has the shape {:?}; four dimensions are possible", kernel.shape));
    };
    let groups = groups(attributes)?;
    if inputs != trace.channels(x) || !inputs.is_multiple_of(groups) {
        return Err(format!("its kernel is for {inputs} channels and reads {}", trace.channels(x)));
    }
    let conv = ConvTranspose2d {
        out_channels: per_group * groups,
        kernel: [height, width],
        stride: attributes.pair("strides", 1)?,
        padding: attributes.even_padding()?,
        output_padding: attributes.pair("output_padding", 0)?,
        groups,
        bias: bias.is_some(),
    };
    let weights = [kernel.turned(groups)].into_iter().chain(bias).collect();
    trace.push(Op::ConvTranspose2d(conv), &[x], weights)
}

fn groups(attributes: Attributes) -> Outcome<usize> {
    usize::try_from(attributes.int("group", 1))
        .ok()
        .filter(|&groups| groups > 0)
        .ok_or("it has no groups".into())
}

fn check_inputs(trace: &Trace, x: NodeId, groups: usize, per_group: usize) -> Outcome<()> {
    let channels = trace.channels(x);
    if per_group.checked_mul(groups) == Some(channels) {
        return Ok(());
    }
    Err(format!("its kernel is for {groups} times {per_group} channels and reads {channels}"))
}

pub fn tensor(constant: &Constant) -> Outcome<Tensor> {
    let values = constant.as_floats().ok_or("its weights are not of f32 or f16")?;
    Ok(Tensor::new(constant.shape.clone(), values.to_vec()))
}

pub fn window(attributes: Attributes) -> Outcome<Window> {
    if attributes.pair("dilations", 1)? != [1; 2] {
        return Err("its window has dilations".into());
    }
    Ok(Window {
        kernel: attributes.pair("kernel_shape", 0)?,
        stride: attributes.pair("strides", 1)?,
        padding: attributes.even_padding()?,
        ceil: attributes.int("ceil_mode", 0) != 0,
    })
}

pub fn average_pool(trace: &mut Trace, x: NodeId, attributes: Attributes) -> Outcome<NodeId> {
    let window = window(attributes)?;
    let counts_padding = attributes.int("count_include_pad", 0) != 0 || window.padding == [0; 2];
    if !counts_padding || window.ceil {
        return Err("its average leaves the padding out or has ceil_mode; use count_include_pad=True".into());
    }
    trace.push(Op::AvgPool2d(window), &[x], vec![])
}

pub fn pad(trace: &mut Trace, x: NodeId, before: Pair, after: Pair) -> Outcome<NodeId> {
    trace.push(Op::Pad2d { before, after }, &[x], vec![])
}

/// `pads` are the beginnings and then the ends of all four dimensions.
pub fn pad_all(trace: &mut Trace, x: NodeId, pads: &[i64]) -> Outcome<NodeId> {
    let sides: Vec<usize> = pads.iter().filter_map(|&side| usize::try_from(side).ok()).collect();
    let [0, 0, top, left, 0, behind, bottom, right] = sides[..] else {
        return Err(format!("it pads by {pads:?}; rows, columns and channels after the last are possible"));
    };
    let x = if behind == 0 {
        x
    } else {
        let channels = trace.channels(x) + behind;
        trace.push(Op::Slice { start: 0, channels }, &[x], vec![])?
    };
    if [top, left, bottom, right] == [0; 4] { Ok(x) } else { pad(trace, x, [top, left], [bottom, right]) }
}

/// `scales` and `sizes` are of all four dimensions.
pub fn resize(
    trace: &mut Trace,
    x: NodeId,
    attributes: Attributes,
    scales: Option<&Constant>,
    sizes: Option<&Constant>,
) -> Outcome<NodeId> {
    let [_, c, h, w] = trace.shapes[x];
    if attributes.int("antialias", 0) != 0 || attributes.ints("axes").is_some() {
        return Err("it has antialias or axes".into());
    }
    let scales = scales.and_then(Constant::as_floats).filter(|scales| !scales.is_empty());
    let sizes = sizes.and_then(Constant::as_integers).filter(|sizes| !sizes.is_empty());
    let (size, target) = match (scales, sizes) {
        (Some(&[n, k, y, x]), None) if n == 1.0 && k == 1.0 && y > 0.0 && x > 0.0 => {
            let scaled = |side: usize, scale: f32| (side as f64 * f64::from(scale)).floor() as usize;
            let size = [scaled(h, y), scaled(w, x)];
            let is_whole = y == x && y.fract() == 0.0;
            (size, if is_whole { Target::Scaled(f64::from(y)) } else { Target::To(size) })
        }
        (None, Some(&[1, k, y, x])) if k == c as i64 && y > 0 && x > 0 => {
            let size = [y as usize, x as usize];
            (size, Target::To(size))
        }
        _ => return Err(format!("it resizes by {scales:?} or to {sizes:?}")),
    };
    let (mode, align_corners) = interpolation(attributes, [h, w], size)?;
    let op = Op::Resize { mode, align_corners, size: Size::Like };
    trace.push_sized(op, x, size, target)
}

fn interpolation(attributes: Attributes, from: Pair, to: Pair) -> Outcome<(Interpolation, bool)> {
    let mode = attributes.text("mode", "nearest");
    let coordinates = attributes.text("coordinate_transformation_mode", "half_pixel");
    let rounding = attributes.text("nearest_mode", "round_prefer_floor");
    // For whole factors the middle of a pixel lies in that of its source.
    let is_whole = (0..2).all(|i| to[i].is_multiple_of(from[i]));
    match (mode, coordinates) {
        ("linear", "half_pixel" | "pytorch_half_pixel") => Ok((Interpolation::Bilinear, false)),
        ("linear", "align_corners") => Ok((Interpolation::Bilinear, true)),
        ("nearest", "asymmetric") if rounding == "floor" => Ok((Interpolation::Nearest, false)),
        ("nearest", "half_pixel" | "pytorch_half_pixel") if is_whole && rounding.starts_with("round") => {
            Ok((Interpolation::Nearest, false))
        }
        _ => Err(format!(
            "it resizes by {mode}, {coordinates}, {rounding}; nearest and bilinear as in PyTorch are possible"
        )),
    }
}

/// Squares of pixels to groups of channels, as a convolution with a filter for each place in the square.
pub fn space_to_depth(trace: &mut Trace, x: NodeId, factor: usize) -> Outcome<NodeId> {
    let (channels, pixels) = (trace.channels(x), square(factor)?);
    let filters = (0..channels * pixels).flat_map(|filter| one_hot(pixels, filter % pixels)).collect();
    let conv = Conv2d {
        kernel: [factor; 2],
        stride: [factor; 2],
        padding: [0; 2],
        groups: channels,
        ..Conv2d::new(channels * pixels, factor)
    };
    let kernel = Tensor::new([channels * pixels, 1, factor, factor], filters);
    let apart = trace.push(Op::Conv2d(conv), &[x], vec![kernel])?;
    trace.push(Op::ChannelShuffle { groups: channels }, &[apart], vec![])
}

/// `is_group_first`: each group of channels is a square (CRD, PyTorch's), else each place in the square is a group (DCR).
pub fn depth_to_space(trace: &mut Trace, x: NodeId, factor: usize, is_group_first: bool) -> Outcome<NodeId> {
    let pixels = square(factor)?;
    if !trace.channels(x).is_multiple_of(pixels) {
        return Err(format!("it makes squares of {factor} of {} channels", trace.channels(x)));
    }
    let x =
        if is_group_first { x } else { trace.push(Op::ChannelShuffle { groups: pixels }, &[x], vec![])? };
    trace.pixel_shuffle(x, factor)
}

/// Pixels of a square that channels become, or become channels.
fn square(factor: usize) -> Outcome<usize> {
    if (1..=MAX_FACTOR).contains(&factor) {
        return Ok(factor * factor);
    }
    Err(format!("its squares have a side of {factor}; 1 to {MAX_FACTOR} are possible"))
}

/// Over whole rows and columns: one value a channel. Over the channels: one channel.
pub fn mean(trace: &mut Trace, view: &View, dims: &[usize], keeps_dims: bool) -> Outcome<View> {
    let [_, c, h, w] = trace.shapes[view.map];
    let over: Vec<_> = dims.iter().flat_map(|&dim| &view.dims[dim]).collect();
    let count: usize = over.iter().map(|part| part.size).product();
    let map = if over.iter().all(|part| part.axis != Axis::Channel) && count == h * w {
        trace.global_average(view.map)?
    } else if over.iter().all(|part| part.axis == Axis::Channel) && count == c {
        let kernel = Tensor::new([1, c, 1, 1], vec![1.0 / c as f32; c]);
        trace.push(Op::Conv2d(Conv2d::new(1, 1)), &[view.map], vec![kernel])?
    } else {
        return Err(format!("it averages over part of the channels or pixels of {:?}", view.shape()));
    };
    let mut kept = view.dims.clone();
    for &dim in dims {
        kept[dim] = vec![];
    }
    let is_kept = |dim: &usize| keeps_dims || !dims.contains(dim);
    let dims = (0..kept.len()).filter(is_kept).map(|dim| kept[dim].clone()).collect();
    Ok(View { map, dims })
}
