//! Every shader parses and validates, stays within WebGPU's default limits, and lays its uniforms out as Rust does.

use std::mem::{offset_of, size_of};

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, TypeInner};
use segscope::plan::WeightFormat;
use segscope::wgsl::frame::FrameUniforms;
use segscope::wgsl::interpolation::ScoresUniforms;
use segscope::wgsl::kernels::uniforms::{ConvUniforms, MapUniforms};
use segscope::wgsl::mask::MaskUniforms;
use segscope::wgsl::mosaic::MosaicUniforms;
use segscope::wgsl::paint::PaintUniforms;
use segscope::wgsl::probe::ProbeUniforms;
use segscope::wgsl::shaders::{self, Kernel};

/// Every module that reaches a device, by name.
fn modules() -> Vec<(String, String)> {
    let mut modules: Vec<_> = [WeightFormat::Int8, WeightFormat::F32]
        .into_iter()
        .flat_map(|format| {
            Kernel::ALL.map(|kernel| (format!("{} {format:?}", kernel.name()), kernel.source(format)))
        })
        .collect();
    modules.push(("frame".into(), shaders::FRAME.into()));
    modules.push(("mosaic".into(), shaders::MOSAIC.into()));
    modules.push(("mask".into(), shaders::mask()));
    modules.push(("probe".into(), shaders::probe()));
    modules.push(("paint".into(), shaders::paint()));
    modules
}

fn parse(name: &str, source: &str) -> Module {
    naga::front::wgsl::parse_str(source).unwrap_or_else(|e| panic!("{name}: {}", e.emit_to_string(source)))
}

#[test]
fn every_module_is_valid_without_optional_features() {
    for (name, source) in modules() {
        let module = parse(&name, &source);
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
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
        &Kernel::Dense.source(WeightFormat::Int8),
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
            kernel,
            scale,
            bias,
            activation,
            slope,
            group_inputs,
            group_outputs,
            span,
            last_first,
            terms,
            plane_entries,
        }
    );
    assert_layout!(
        &Kernel::Pool.source(WeightFormat::Int8),
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
    assert_layout!(
        shaders::FRAME,
        FrameUniforms { in_size, out_size, mean, y, inverse_std, padding_to_16, origin, extent }
    );
    assert_layout!(
        &shaders::mask(),
        ScoresUniforms { size, network, source, offset, classes, align_corners, padding_to_8 }
    );
    assert_layout!(&shaders::mask(), MaskUniforms { first, count });
    assert_layout!(shaders::MOSAIC, MosaicUniforms { tile, scores, padding_to_8, size, first, count });
    assert_layout!(&shaders::probe(), ProbeUniforms { position });
    assert_layout!(
        &shaders::paint(),
        PaintUniforms { canvas, opacity, split, solo, cut_out, samples, padding_to_16, hidden, palette }
    );
}
