//! Every shader parses and validates, stays within WebGPU's default limits, and lays its uniforms out as Rust does.

use std::mem::{offset_of, size_of};

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, TypeInner};
use segscope::plan::WeightFormat;
use segscope::wgsl::Activations;
use segscope::wgsl::behind::BlurUniforms;
use segscope::wgsl::frame::FrameUniforms;
use segscope::wgsl::interpolation::ScoresUniforms;
use segscope::wgsl::kernels::uniforms::{ConvUniforms, LayerUniforms, MapUniforms, SqueezeExciteUniforms};
use segscope::wgsl::mask::MaskUniforms;
use segscope::wgsl::mosaic::MosaicUniforms;
use segscope::wgsl::paint::PaintUniforms;
use segscope::wgsl::probe::ProbeUniforms;
use segscope::wgsl::shaders::{self, Kernel};
use segscope::wgsl::steady::SteadyUniforms;

/// Every module that reaches a device, by name.
fn modules() -> Vec<(String, String)> {
    let mut modules = Vec::new();
    for activations in [Activations::F32, Activations::F16] {
        for format in [WeightFormat::F32, WeightFormat::Int8, WeightFormat::Int8Products] {
            for kernel in Kernel::ALL {
                let name = format!("{} {format:?} {activations:?}", kernel.name());
                modules.push((name, kernel.source(activations, format)));
            }
        }
        modules.push((format!("frame {activations:?}"), shaders::frame(activations)));
        modules.push((format!("motion {activations:?}"), shaders::motion(activations)));
        modules.push((format!("steady {activations:?}"), shaders::steady(activations)));
        modules.push((format!("mosaic {activations:?}"), shaders::mosaic(activations)));
        modules.push((format!("mask {activations:?}"), shaders::mask(activations)));
        modules.push((format!("probe {activations:?}"), shaders::probe(activations)));
        modules.push((format!("paint {activations:?}"), shaders::paint(activations)));
    }
    modules.push(("blur".into(), shaders::blur()));
    modules
}

fn parse(name: &str, source: &str) -> Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(source)))
}

#[test]
fn every_module_is_valid_without_features_it_does_not_name() {
    for (name, source) in modules() {
        let module = parse(&name, &source);
        let optional = match name.ends_with("F16") {
            true => Capabilities::SHADER_FLOAT16,
            false => Capabilities::empty(),
        };
        let mut validator = Validator::new(ValidationFlags::all(), optional);
        if let Err(error) = validator.validate(&module) {
            panic!("{name}: {}", error.emit_to_string(&source));
        }
    }
}

#[test]
fn every_module_stays_within_default_limits() {
    for (name, source) in modules() {
        let module = parse(&name, &source);
        let of = |wanted: fn(&AddressSpace) -> bool| {
            module.global_variables.iter().filter(|(_, v)| wanted(&v.space)).collect::<Vec<_>>()
        };
        let storage = of(|space| matches!(space, AddressSpace::Storage { .. }));
        assert!(storage.len() <= 8, "{name}: {} storage buffers", storage.len());
        let context = module.to_ctx();
        let workgroup: u32 = of(|space| matches!(space, AddressSpace::WorkGroup))
            .iter()
            .map(|(_, variable)| module.types[variable.ty].inner.size(context))
            .sum();
        assert!(workgroup <= 16 << 10, "{name}: {workgroup} bytes of workgroup memory");
        for entry in &module.entry_points {
            let invocations: u32 = entry.workgroup_size.iter().product();
            assert!(invocations <= 256, "{name}: {invocations} invocations");
        }
    }
}

/// Name and offset of each member of a WGSL struct, and its size.
fn layout(source: &str, name: &str) -> (Vec<(String, usize)>, usize) {
    let module = parse(name, source);
    let (_, ty) = module
        .types
        .iter()
        .find(|(_, ty)| ty.name.as_deref() == Some(name))
        .unwrap_or_else(|| panic!("no struct {name}"));
    let TypeInner::Struct { members, span } = &ty.inner else { panic!("{name} is no struct") };
    (members.iter().map(|m| (m.name.clone().unwrap(), m.offset as usize)).collect(), *span as usize)
}

/// Compares a Rust struct, field by field, with the WGSL struct of the same name.
macro_rules! assert_layout {
    ($source:expr, $ty:ident { $($field:ident),* $(,)? }) => {
        let (members, span) = layout($source, stringify!($ty));
        let ours = vec![$((stringify!($field).to_string(), offset_of!($ty, $field))),*];
        assert_eq!(members, ours, stringify!($ty));
        assert_eq!(span, size_of::<$ty>(), "size of {}", stringify!($ty));
    };
}

#[test]
fn uniforms_lie_in_memory_as_the_shaders_read_them() {
    assert_layout!(
        &Kernel::Dense.source(Activations::F32, WeightFormat::Int8),
        ConvUniforms {
            in_size,
            out_size,
            window,
            stride,
            padding,
            dilation,
            x,
            y,
            residual,
            multiplier,
            kernel,
            scale,
            bias,
            activation,
            slope,
            out_planes,
            group_inputs,
            group_outputs,
            span,
            last_first,
            terms,
            plane_entries,
            inverse_step,
            planes_at_once,
        }
    );
    assert_layout!(
        &Kernel::Pool.source(Activations::F32, WeightFormat::Int8),
        MapUniforms {
            in_size,
            out_size,
            window,
            stride,
            padding,
            x,
            y,
            multiplier,
            multiplier_is_pixel,
            addend,
            addend_is_pixel,
            scale,
            shift,
            activation,
            slope,
            mode,
            table,
        }
    );
    let squeeze_excite = Kernel::SqueezeExcite.source(Activations::F32, WeightFormat::Int8);
    assert_layout!(
        &squeeze_excite,
        SqueezeExciteUniforms { in_size, x, y, planes, layer_count, padding_to_16, layers }
    );
    assert_layout!(
        &squeeze_excite,
        LayerUniforms { kernel, scale, bias, activation, slope, planes, inverse_step, padding_to_16 }
    );
    assert_layout!(
        &shaders::frame(Activations::F32),
        FrameUniforms { in_size, out_size, mean, y, inverse_std, padding_to_16, origin, extent }
    );
    assert_layout!(
        &shaders::mask(Activations::F32),
        ScoresUniforms { size, network, source, offset, classes, align_corners, padding_to_8 }
    );
    assert_layout!(&shaders::mask(Activations::F32), MaskUniforms { first, count });
    assert_layout!(
        &shaders::mosaic(Activations::F32),
        MosaicUniforms { tile, scores, padding_to_8, size, first, count }
    );
    assert_layout!(&shaders::probe(Activations::F32), ProbeUniforms { position });
    assert_layout!(
        &shaders::paint(Activations::F32),
        PaintUniforms {
            canvas,
            opacity,
            split,
            solo,
            background,
            samples,
            mirrored,
            hidden,
            colour,
            behind_size,
            fine_edges,
            outlined,
            palette,
        }
    );
    assert_layout!(
        &shaders::motion(Activations::F32),
        SteadyUniforms { in_size, size, x, scores, classes, still, noise, moved, columns }
    );
    assert_layout!(&shaders::blur(), BlurUniforms { step, radius, falloff });
}
