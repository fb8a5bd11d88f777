//! The GPU device, with the limits we ask for and errors that say what a visitor can do.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::Activations;
use crate::error::{Error, ErrorKind, Result};

/// An adapter's device and queue, and what went wrong with them since.
pub struct Gpu {
    pub instance: wgpu::Instance,
    pub adapter: wgpu::Adapter,
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    /// Of every network on this device.
    pub activations: Activations,
    /// Bytes that were read back since the device was made.
    read_back: AtomicU64,
    /// First uncaptured error or device loss; everything after it is a consequence.
    fault: Arc<Mutex<Option<String>>>,
}

impl Gpu {
    /// Asks for the fastest adapter and its device. Activations are as wanted, or f32 where the adapter has nothing else.
    ///
    /// Errors: `no-webgpu`, `no-adapter`, `limits-too-low`.
    pub async fn new(wanted: Activations) -> Result<Self> {
        let backends = if cfg!(target_arch = "wasm32") {
            wgpu::Backends::BROWSER_WEBGPU
        } else {
            wgpu::Backends::PRIMARY
        };
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends,
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        });
        let options = wgpu::RequestAdapterOptions {
            power_preference: wgpu::PowerPreference::HighPerformance,
            ..Default::default()
        };
        let adapter = instance.request_adapter(&options).await.map_err(|e| {
            Error::new(
                ErrorKind::NoAdapter,
                "WebGPU found no graphics adapter; update the graphics driver, turn on hardware acceleration in the \
                 browser's settings, or try another browser",
            )
            .with_source(e)
        })?;
        let offered = adapter.limits();
        // WebGPU's defaults are enough for every kernel; larger pictures and networks profit from larger buffers.
        let required_limits = wgpu::Limits {
            max_buffer_size: offered.max_buffer_size,
            max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
            max_texture_dimension_2d: offered.max_texture_dimension_2d,
            ..wgpu::Limits::default()
        };
        let features = match wanted {
            Activations::F32 => wgpu::Features::TIMESTAMP_QUERY,
            Activations::F16 => wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::SHADER_F16,
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("segscope"),
            required_features: adapter.features() & features,
            required_limits,
            ..wgpu::DeviceDescriptor::default()
        };
        let (device, queue) = adapter.request_device(&descriptor).await.map_err(|e| {
            Error::new(
                ErrorKind::LimitsTooLow,
                format!("this graphics adapter offers less than WebGPU's default limits ({e}); try another browser or device"),
            )
            .with_source(e)
        })?;
        let fault = Arc::new(Mutex::new(None));
        let on_error = fault.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| record(&on_error, error.to_string())));
        let on_loss = fault.clone();
        // A frame that is only shown would run on a lost device without a complaint.
        device.set_device_lost_callback(move |_, message| record(&on_loss, message));
        let has_f16 = device.features().contains(wgpu::Features::SHADER_F16);
        let activations = if has_f16 { Activations::F16 } else { Activations::F32 };
        Ok(Self { instance, adapter, device, queue, activations, read_back: AtomicU64::new(0), fault })
    }

    /// Whether shaders may multiply four int8 numbers at a time.
    pub fn has_int8_products(&self) -> bool {
        let features = self.instance.wgsl_language_features();
        features.contains(wgpu::WgslLanguageFeatures::Packed4x8IntegerDotProduct)
    }

    /// Errors: `device-lost` if the device was lost or reported an error since it was made.
    pub fn check(&self) -> Result<()> {
        match &*self.fault.lock().expect("no holder of this lock panics") {
            None => Ok(()),
            Some(message) => Err(Error::new(
                ErrorKind::DeviceLost,
                format!("the graphics device failed ({message}); reload the page to start it again"),
            )),
        }
    }

    /// Whether a texture of this size can exist.
    pub fn texture_fits(&self, width: u32, height: u32) -> bool {
        width.max(height) <= self.device.limits().max_texture_dimension_2d
    }

    /// Refuses with a sentence what would be a validation error: a buffer that the adapter cannot bind.
    ///
    /// Errors: `limits-too-low`.
    pub fn check_size(&self, label: &str, size_bytes: u64) -> Result<()> {
        let limits = self.device.limits();
        let most = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        if size_bytes > most {
            return Err(Error::new(
                ErrorKind::LimitsTooLow,
                format!(
                    "the {label} needs {} MB of graphics memory in one piece and this adapter allows {} MB; \
                     choose a smaller model or picture",
                    size_bytes >> 20,
                    most >> 20
                ),
            ));
        }
        Ok(())
    }

    /// Errors: `limits-too-low`.
    pub fn storage_buffer(&self, label: &str, size_bytes: u64) -> Result<wgpu::Buffer> {
        self.check_size(label, size_bytes)?;
        Ok(self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: size_bytes.max(16),
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        }))
    }

    pub fn uniform_buffer(&self, label: &str, size_bytes: u64) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: size_bytes,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// Bytes that were read back since the device was made: none for a frame that is only shown.
    pub fn bytes_read_back(&self) -> u64 {
        self.read_back.load(Ordering::Relaxed)
    }

    pub(super) fn count_read_back(&self, bytes: u64) {
        self.read_back.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Resolves when everything submitted so far has run.
    pub async fn finished(&self) -> Result<()> {
        let (sender, receiver) = futures_channel::oneshot::channel();
        self.queue.on_submitted_work_done(move || {
            // The receiver is gone only if the caller stopped waiting.
            let _ = sender.send(());
        });
        self.poll();
        receiver.await.map_err(|_| {
            Error::new(
                ErrorKind::DeviceLost,
                "the graphics device went away; reload the page to start it again",
            )
        })?;
        self.check()
    }

    /// Natively callbacks run only when polled; on the web the browser does it.
    pub(super) fn poll(&self) {
        #[cfg(not(target_arch = "wasm32"))]
        if let Err(error) = self.device.poll(wgpu::PollType::Wait { submission_index: None, timeout: None }) {
            record(&self.fault, error.to_string());
        }
    }
}

fn record(fault: &Mutex<Option<String>>, message: String) {
    fault.lock().expect("no holder of this lock panics").get_or_insert(message);
}
