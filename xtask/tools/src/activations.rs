//! `--activations f32|f16|int8`: in what numbers a network runs on the GPU.

use anyhow::{Result, bail, ensure};
use segscope::plan::WeightFormat;
use segscope::weights::ModelInfo;
use segscope::wgsl::{Activations, Gpu};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    F32,
    F16,
    /// Products in int8; what lies in memory is f16 where the adapter has it.
    Int8,
}

impl Numbers {
    pub fn parse(name: &str) -> Result<Self> {
        match name {
            "f32" => Ok(Self::F32),
            "f16" => Ok(Self::F16),
            "int8" => Ok(Self::Int8),
            other => bail!("there are no activations in \"{other}\"; it is f32, f16 or int8"),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Int8 => "int8",
        }
    }

    /// What the device is asked for.
    pub fn in_memory(self) -> Activations {
        if self == Self::F32 { Activations::F32 } else { Activations::F16 }
    }

    /// Errors: where the adapter cannot do what was asked for; the page would take the next best silently.
    pub fn check(self, gpu: &Gpu) -> Result<()> {
        match self {
            Self::F32 => Ok(()),
            Self::F16 => {
                ensure!(gpu.activations == Activations::F16, "this adapter has no shader-f16; give f32");
                Ok(())
            }
            Self::Int8 => {
                ensure!(gpu.has_int8_products(), "this adapter multiplies no packed int8; give f32 or f16");
                Ok(())
            }
        }
    }

    /// Errors: where the network does not run in them after all.
    pub fn check_format(self, format: Option<WeightFormat>) -> Result<()> {
        let is_int8 = format == Some(WeightFormat::Int8Products);
        ensure!(
            is_int8 || self != Self::Int8,
            "only models with int8 weights run in int8 products; give f32 or f16"
        );
        Ok(())
    }

    /// The ranges to run a model with.
    pub fn ranges(self, info: &ModelInfo) -> Result<&[Option<f32>]> {
        match (&info.calibration, self) {
            (Some(calibration), Self::Int8) => Ok(&calibration.ranges),
            (None, Self::Int8) => bail!("{} is not calibrated: cargo xtask calibrate", info.id),
            _ => Ok(&[]),
        }
    }
}
