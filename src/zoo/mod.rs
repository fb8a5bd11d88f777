//! The zoo: every architecture once, by name.

mod closest;
mod deeplab_v1;
mod deeplab_v2;
mod deeplab_v3;
mod deeplab_v3_plus;
mod efficient_pyramid_pool;
pub mod encoders;
mod enet;
mod enet_bottleneck;
mod entry;
mod espnet_v2;
mod family;
mod fcn;
mod fcn_vgg;
mod fpn;
mod linknet;
mod list;
mod lraspp;
mod narrow;
mod pan;
mod panoptic_fpn;
mod pointrend;
mod pspnet;
mod segformer;
mod segformer_hugging_face;
mod segnet;
mod smp;
mod unet;
mod upernet;
mod vgg_16;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
pub use entry::{Architecture, MAX_CLASSES, Options};
use family::Family;
use list::{FAMILIES, SINGLES};

/// The names of all architectures.
pub fn names() -> Vec<String> {
    let singles = SINGLES.iter().map(|single| single.name.into());
    let members = FAMILIES.iter().flat_map(Family::members).map(|(_, name)| name);
    singles.chain(members).collect()
}

/// In the order of [`names`].
pub fn all() -> impl Iterator<Item = Architecture> {
    let members = FAMILIES
        .iter()
        .flat_map(|family| family.members().map(|(encoder, name)| family.architecture(encoder, name)));
    SINGLES.iter().map(|single| single.architecture()).chain(members)
}

/// Errors: `model-unsupported` if there is no architecture of that name.
pub fn find(name: &str) -> Result<Architecture> {
    if let Some(single) = SINGLES.iter().find(|single| single.name == name) {
        return Ok(single.architecture());
    }
    for family in FAMILIES {
        if let Some((encoder, name)) = family.members().find(|(_, member)| member == name) {
            return Ok(family.architecture(encoder, name));
        }
    }
    let closest = closest::closest(name, names());
    let decoders: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
    let message = format!(
        "there is no architecture \"{name}\"; the closest name is \"{}\". \
         Decoders that are named with their encoder are {}",
        closest.unwrap_or_default(),
        decoders.join(", ")
    );
    Err(Error::new(ErrorKind::ModelUnsupported, message))
}

/// The graph of the architecture called `name`.
///
/// Errors: see [`find`] and [`Architecture::build`].
pub fn build(name: &str, options: &Options) -> Result<Graph> {
    find(name)?.build(options)
}
