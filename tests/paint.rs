//! The painting of a result: both executors' against each other, on odd sizes, and what each background promises.

use std::rc::Rc;

use segscope::graph::random::uniform;
use segscope::plan::ScoresShape;
use segscope::simd::{self, Picture};
use segscope::view::{Background, View};
use segscope::wgsl::frame::{picture_texture, write_rgba};
use segscope::wgsl::interpolation::scores_uniforms;
use segscope::wgsl::{self, Activations, paint, readback};
use wide::f32x4;

const CANVAS: [u32; 2] = [61, 43];
const CLASSES: usize = 6;
/// Of another shape than the canvas.
const BACKDROP: [u32; 2] = [80, 31];

/// Smooth, so that averaging in another order moves no byte by more than one.
fn smooth([width, height]: [u32; 2]) -> Vec<u8> {
    let pixel = |i| {
        let (x, y) = ((i % width) * 255 / width, (i / width) * 255 / height);
        [x as u8, y as u8, 255 - x as u8, 255]
    };
    (0..width * height).flat_map(pixel).collect()
}

/// A result to paint: a picture and scores that do not come from a network.
struct Case {
    picture: [u32; 2],
    rgba: Vec<u8>,
    shape: ScoresShape,
    /// `[plane][pixel]`
    scores: Vec<f32x4>,
    palette: Vec<[f32; 4]>,
}

impl Case {
    fn new(picture: [u32; 2]) -> Self {
        let shape = ScoresShape { size: [7, 5], network: [56, 40], classes: CLASSES, align_corners: false };
        let scores = uniform("scores", 7 * 5 * 8, -1.0, 1.0);
        let palette = uniform("palette", CLASSES * 3, 0.0, 1.0);
        Self {
            picture,
            rgba: smooth(picture),
            shape,
            scores: scores.chunks(4).map(|four| f32x4::from([four[0], four[1], four[2], four[3]])).collect(),
            palette: palette.chunks(3).map(|rgb| [rgb[0], rgb[1], rgb[2], 1.0]).collect(),
        }
    }

    fn on_cpu(&self, view: &View) -> Vec<u8> {
        let picture = Rc::new(Picture::new(self.picture[0], self.rgba.clone()));
        let backdrop = Rc::new(Picture::new(BACKDROP[0], smooth(BACKDROP)));
        let scores = simd::Scores { data: &self.scores, shape: self.shape };
        let canvas = CANVAS.map(|side| side as usize);
        let (palette, backdrop) = (&self.palette[..], Some(&backdrop));
        let scene = simd::Scene { view, palette, picture: &picture, backdrop, canvas };
        simd::Painter::default().paint(&scene, &scores)
    }

    fn on_gpu(&self, gpu: &wgsl::Gpu, view: &View) -> Vec<u8> {
        let texture = |[width, height]: [u32; 2], rgba: &[u8]| {
            let texture = picture_texture(gpu, width, height).unwrap();
            write_rgba(gpu, &texture, rgba);
            texture
        };
        let picture = texture(self.picture, &self.rgba);
        let backdrop = texture(BACKDROP, &smooth(BACKDROP));
        let planes: Vec<[f32; 4]> = self.scores.iter().map(|four| four.to_array()).collect();
        let encoded = gpu.activations.encoded(&planes);
        let values = gpu.storage_buffer("scores", encoded.len() as u64).unwrap();
        gpu.queue.write_buffer(&values, 0, &encoded);
        let scores = scores_uniforms(gpu, &self.shape, 0, self.picture);
        let [width, height] = CANVAS;
        let format = wgpu::TextureFormat::Rgba8Unorm;
        let target = gpu.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
            view_formats: &[],
        });
        let mut painter = paint::Painter::new(gpu, format);
        let bound = painter.bind(gpu, &scores, &values, self.shape.size.map(|side| side as u32), &picture);
        let target_view = target.create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let (palette, backdrop) = (&self.palette[..], Some(&backdrop));
        let scene = paint::Scene { view, palette, canvas: CANVAS, picture: self.picture, backdrop };
        painter.paint(gpu, &mut encoder, &bound, &target_view, &scene);
        // Rows of a copy begin at multiples of 256 bytes.
        let row = (width * 4).next_multiple_of(256);
        let staging = readback::staging_buffer(gpu, u64::from(row * height));
        encoder.copy_texture_to_buffer(
            target.as_image_copy(),
            wgpu::TexelCopyBufferInfo {
                buffer: &staging,
                layout: wgpu::TexelCopyBufferLayout {
                    offset: 0,
                    bytes_per_row: Some(row),
                    rows_per_image: None,
                },
            },
            target.size(),
        );
        gpu.queue.submit([encoder.finish()]);
        let bytes = pollster::block_on(readback::map(gpu, &staging)).unwrap();
        bytes.chunks(row as usize).flat_map(|line| line[..width as usize * 4].to_vec()).collect()
    }
}

fn views() -> Vec<View> {
    let backgrounds = [
        Background::Picture,
        Background::None,
        Background::Grey,
        Background::Blurred,
        Background::Colour([12, 177, 64]),
        Background::Backdrop,
    ];
    let plain = |background| View { opacity: 0.5, hidden: vec![0, 3, 4], background, ..View::default() };
    let mut views: Vec<View> = backgrounds.into_iter().map(plain).collect();
    views.push(View { mirrored: true, ..plain(Background::Grey) });
    views.push(View { mirrored: true, ..plain(Background::Backdrop) });
    views.push(View { fine_edges: true, ..plain(Background::Picture) });
    views.push(View { fine_edges: true, mirrored: true, ..plain(Background::Blurred) });
    views.push(View { outlined: true, ..plain(Background::Picture) });
    views.push(View { outlined: true, mirrored: true, fine_edges: true, ..plain(Background::Grey) });
    views.push(View { split: Some(0.4), mirrored: true, ..plain(Background::Colour([0, 0, 255])) });
    views.push(View { split: Some(0.4), solo: Some(2), opacity: 0.0, ..plain(Background::Blurred) });
    views
}

#[test]
fn both_executors_paint_the_same() {
    let gpu = pollster::block_on(wgsl::Gpu::new(Activations::F32)).unwrap();
    for picture in [CANVAS, [122, 86], [40, 30]] {
        let case = Case::new(picture);
        for view in views() {
            let (ours, twin) = (case.on_gpu(&gpu, &view), case.on_cpu(&view));
            let pixels = ours.chunks(4).zip(twin.chunks(4));
            // Classes whose scores are equal to the last bit may fall either way.
            let far = pixels.filter(|(a, b)| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > 3)).count();
            // Borders follow colours, which texture units interpolate with eight bits.
            let most = if view.fine_edges { 26 } else { 3 };
            // A pixel of another class moves the outline beside it.
            let most = if view.outlined { 2 * most } else { most };
            assert!(far <= most, "{far} pixels differ, {picture:?}, {view:?}");
        }
    }
}

/// Red in front of blue: no red may get into what is blurred.
#[test]
fn a_blurred_background_has_no_halo_of_what_is_in_front() {
    let gpu = pollster::block_on(wgsl::Gpu::new(Activations::F32)).unwrap();
    let mut case = Case::new(CANVAS);
    let view = View { opacity: 0.0, hidden: vec![0, 3, 4], ..View::default() };
    let cut_out = case.on_cpu(&View { background: Background::None, ..view.clone() });
    let is_front: Vec<bool> = cut_out.chunks(4).map(|pixel| pixel[3] == 255).collect();
    assert!(is_front.contains(&true) && is_front.contains(&false));
    let colour = |is_front: &bool| if *is_front { [255, 0, 0, 255] } else { [0, 0, 255, 255] };
    case.rgba = is_front.iter().flat_map(colour).collect();
    let blurred = View { background: Background::Blurred, ..view };
    for (name, painting) in [("simd", case.on_cpu(&blurred)), ("wgsl", case.on_gpu(&gpu, &blurred))] {
        let leaks = painting.chunks(4).zip(&is_front).filter(|(pixel, is_front)| {
            let expected = colour(is_front);
            pixel.iter().zip(expected).any(|(a, b)| a.abs_diff(b) > 1)
        });
        assert_eq!(leaks.count(), 0, "{name}");
    }
}

/// Black and white by turns become a grey; those in front stay.
#[test]
fn a_blurred_background_is_out_of_focus_and_the_front_is_not() {
    let mut case = Case::new(CANVAS);
    let by_turns = (0..CANVAS[0] * CANVAS[1]).flat_map(|i| match (i % CANVAS[0] + i / CANVAS[0]) % 2 {
        0 => [0, 0, 0, 255],
        _ => [255; 4],
    });
    case.rgba = by_turns.collect();
    let view = View { opacity: 0.0, hidden: vec![0, 3, 4], ..View::default() };
    let cut_out = case.on_cpu(&View { background: Background::None, ..view.clone() });
    let blurred = case.on_cpu(&View { background: Background::Blurred, ..view });
    for ((painted, cut), photo) in blurred.chunks(4).zip(cut_out.chunks(4)).zip(case.rgba.chunks(4)) {
        match cut[3] {
            255 => assert_eq!(painted, photo),
            _ => assert!((64..=191).contains(&painted[0]), "{painted:?}"),
        }
    }
}

/// At opacity 0 the outline is all that shows of the classes, and it is where they meet.
#[test]
fn an_outline_is_drawn_where_classes_meet() {
    let case = Case::new(CANVAS);
    let [width, height] = CANVAS.map(|side| side as usize);
    let view = View { opacity: 1.0, hidden: vec![0, 3], ..View::default() };
    let filled = case.on_cpu(&view);
    let plain = case.on_cpu(&View { opacity: 0.0, ..view.clone() });
    let outlined = case.on_cpu(&View { opacity: 0.0, outlined: true, ..view });
    let at = |painting: &[u8], i: usize| [0, 1, 2].map(|channel| painting[4 * i + channel]);
    let mut drawn = 0;
    for i in 0..width * height {
        let [x, y] = [i % width, i / width];
        let near = [
            y * width + x.saturating_sub(2),
            y * width + (x + 2).min(width - 1),
            y.saturating_sub(2) * width + x,
            (y + 2).min(height - 1) * width + x,
        ];
        // Filled, a shown class has one colour, and what is hidden is the picture.
        let is_shown = |i| at(&filled, i) != at(&plain, i);
        let is_border = is_shown(i) && near.iter().any(|&there| at(&filled, there) != at(&filled, i));
        let expected = if is_border { at(&filled, i) } else { at(&plain, i) };
        assert_eq!(at(&outlined, i), expected, "{x}, {y}");
        drawn += usize::from(is_border);
    }
    assert!((100..width * height / 2).contains(&drawn), "{drawn} pixels");
}

/// A disc of another colour, of which the scores know only what share of each of their cells it has.
#[test]
fn fine_edges_follow_the_picture() {
    let gpu = pollster::block_on(wgsl::Gpu::new(Activations::F32)).unwrap();
    let [width, height] = CANVAS;
    let is_disc = |x: u32, y: u32| (x as f32 - 30.0).powi(2) + (y as f32 - 20.0).powi(2) < 14f32.powi(2);
    let truth: Vec<bool> = (0..width * height).map(|i| is_disc(i % width, i / width)).collect();
    let size @ [across, down] = [12, 8];
    let share = |cell: usize| {
        let [xs, ys] =
            [(cell % across, across, width), (cell / across, down, height)].map(|(at, cells, pixels)| {
                at as u32 * pixels / cells as u32..(at as u32 + 1) * pixels / cells as u32
            });
        let inside = ys.clone().flat_map(|y| xs.clone().map(move |x| (x, y))).filter(|&(x, y)| is_disc(x, y));
        inside.count() as f32 / (xs.len() * ys.len()) as f32
    };
    let scores = (0..across * down).map(|cell| f32x4::from([1.0 - share(cell), share(cell), 0.0, 0.0]));
    let pixel = |&is_disc: &bool| if is_disc { [200, 60, 40, 255] } else { [40, 90, 200, 255] };
    let case = Case {
        picture: CANVAS,
        rgba: truth.iter().flat_map(pixel).collect(),
        shape: ScoresShape { size, network: [48, 32], classes: 2, align_corners: false },
        scores: scores.collect(),
        palette: vec![[0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]],
    };
    let iou = |painting: Vec<u8>| {
        let mask = painting.chunks(4).map(|pixel| pixel[0] == 255);
        let (both, either) = mask.zip(&truth).fold((0, 0), |(both, either), (found, &there)| {
            (both + u32::from(found && there), either + u32::from(found || there))
        });
        f64::from(both) / f64::from(either)
    };
    for fine_edges in [false, true] {
        let view = View { opacity: 1.0, fine_edges, ..View::default() };
        for (name, painting) in [("simd", case.on_cpu(&view)), ("wgsl", case.on_gpu(&gpu, &view))] {
            let iou = iou(painting);
            println!("{name}, fine edges {fine_edges}: IoU {iou:.4}");
            assert!(
                if fine_edges { iou > 0.99 } else { iou < 0.95 },
                "{name}, fine edges {fine_edges}: {iou}"
            );
        }
    }
}
