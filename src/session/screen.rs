//! The surface on which results are shown from the GPU.

use crate::error::{Error, ErrorKind, Result};
use crate::wgsl::Gpu;
use crate::wgsl::paint::{Bound, Painter, Scene};

/// A surface and what draws to it.
pub struct Screen {
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    painter: Painter,
    /// The result that is shown; made at its first paint.
    bound: Option<Bound>,
}

impl Screen {
    /// Errors: `no-adapter` if the adapter cannot present to the surface.
    pub(super) fn new(gpu: &Gpu, surface: wgpu::Surface<'static>, [width, height]: [u32; 2]) -> Result<Self> {
        let cannot = || {
            Error::new(
                ErrorKind::NoAdapter,
                "this graphics adapter cannot draw to a canvas; try another browser",
            )
        };
        let mut config =
            surface.get_default_config(&gpu.adapter, width.max(1), height.max(1)).ok_or_else(cannot)?;
        let modes = surface.get_capabilities(&gpu.adapter).alpha_modes;
        // For a browser's canvas wgpu lists only opaque, yet takes both.
        if modes.contains(&wgpu::CompositeAlphaMode::PreMultiplied) || cfg!(target_arch = "wasm32") {
            config.alpha_mode = wgpu::CompositeAlphaMode::PreMultiplied;
        }
        // Colours are blended as sRGB values, like the palette a page shows beside the picture.
        config.format = config.format.remove_srgb_suffix();
        surface.configure(&gpu.device, &config);
        let painter = Painter::new(gpu, config.format);
        Ok(Self { surface, config, painter, bound: None })
    }

    /// Canvas pixels, at most what a texture can have.
    pub(super) fn resize(&mut self, gpu: &Gpu, [width, height]: [u32; 2]) {
        let most = gpu.device.limits().max_texture_dimension_2d;
        self.config.width = width.clamp(1, most);
        self.config.height = height.clamp(1, most);
        self.surface.configure(&gpu.device, &self.config);
    }

    /// Another result is to be shown, or none.
    pub(super) fn forget_result(&mut self) {
        self.bound = None;
    }

    /// Canvas pixels: `[width, height]`.
    pub(super) fn size(&self) -> [u32; 2] {
        [self.config.width, self.config.height]
    }

    /// Shows a result, which `bind` binds where it is another one than before.
    ///
    /// Errors: `device-lost` if the canvas is gone.
    pub(super) fn paint(
        &mut self,
        gpu: &Gpu,
        scene: &Scene<'_>,
        bind: impl FnOnce(&Painter) -> Bound,
    ) -> Result<()> {
        let target = match self.surface.get_current_texture() {
            wgpu::CurrentSurfaceTexture::Success(target)
            | wgpu::CurrentSurfaceTexture::Suboptimal(target) => target,
            // Occluded or late: the next paint will do.
            wgpu::CurrentSurfaceTexture::Timeout | wgpu::CurrentSurfaceTexture::Occluded => return Ok(()),
            _ => {
                return Err(Error::new(
                    ErrorKind::DeviceLost,
                    "the canvas lost its graphics surface; reload the page",
                ));
            }
        };
        let bound = self.bound.get_or_insert_with(|| bind(&self.painter));
        let descriptor = wgpu::CommandEncoderDescriptor { label: Some("paint") };
        let mut encoder = gpu.device.create_command_encoder(&descriptor);
        let target_view = target.texture.create_view(&wgpu::TextureViewDescriptor::default());
        self.painter.paint(gpu, &mut encoder, bound, &target_view, scene);
        gpu.queue.submit([encoder.finish()]);
        gpu.queue.present(target);
        Ok(())
    }
}
