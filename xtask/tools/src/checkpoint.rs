//! The arguments that `import` and `quantise` share: a checkpoint or ONNX file, what it is, and where results go.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use segscope::weights::import::{ArchitectureSpec, ImportSpec, import, import_file};
use segscope::weights::{Model, Precision};

use crate::calibrate::check_split;
use crate::catalogue::Catalogue;
use crate::pack::Photos;

pub struct Request {
    pub checkpoint: PathBuf,
    /// None: the file has to tell.
    pub spec: Option<ImportSpec>,
    pub output: Option<PathBuf>,
    /// Photos of a training split, for what looks at activations.
    pub photos: Option<Photos>,
}

impl Request {
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let (mut checkpoint, mut entry, mut output) = (None, None, None);
        let (mut data, mut split) = (None, None);
        let (mut name, mut classes, mut scale) = (None, None, None);
        while let Some(arg) = args.next()? {
            match arg {
                Long("spec") => entry = Some(args.value()?.string()?),
                Long("arch") => name = Some(args.value()?.string()?),
                Long("classes") => classes = Some(args.value()?.parse()?),
                Long("scale") => scale = Some(args.value()?.parse()?),
                Long("data") => data = Some(PathBuf::from(args.value()?)),
                Long("split") => split = Some(args.value()?.string()?),
                Short('o') | Long("output") => output = Some(args.value()?.into()),
                Value(path) if checkpoint.is_none() => checkpoint = Some(PathBuf::from(path)),
                _ => return Err(arg.unexpected().into()),
            }
        }
        let spec = match (entry, name, classes) {
            (Some(entry), None, None) if scale.is_none() => Some(from_catalogue(&entry)?),
            (None, Some(name), Some(classes)) => {
                Some(ImportSpec::new(ArchitectureSpec { name, scale, classes }))
            }
            (None, None, None) if scale.is_none() => None,
            _ => bail!(
                "say what the checkpoint is: either --spec FILE#ID, or --arch NAME --classes N [--scale S], or nothing"
            ),
        };
        let checkpoint = checkpoint.context("name the checkpoint to read")?;
        let photos = match (data, split) {
            (Some(data), Some(split)) => {
                check_split(&split)?;
                Some(Photos::open(&data, &split)?)
            }
            (None, None) => None,
            _ => bail!("--data and --split go together: --data PACK --split train"),
        };
        Ok(Self { checkpoint, spec, output, photos })
    }

    /// The network at a precision.
    pub fn import(&self, precision: Precision) -> Result<Model> {
        let path = &self.checkpoint;
        let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let model = match &self.spec {
            Some(spec) => import(&bytes, spec, precision),
            None => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                import_file(&bytes, &name, precision)
            }
        };
        model.with_context(|| path.display().to_string())
    }
}

fn from_catalogue(address: &str) -> Result<ImportSpec> {
    let (path, id) =
        address.rsplit_once('#').context("--spec takes FILE#ID, as in models/catalogue.json#street")?;
    let catalogue = Catalogue::read(path.as_ref())?;
    let ids = catalogue.models.iter().map(|entry| entry.spec.id.clone()).collect::<Vec<_>>().join(", ");
    let entry = catalogue.models.into_iter().find(|entry| entry.spec.id == id);
    Ok(entry.with_context(|| format!("{path} has no model \"{id}\"; it has {ids}"))?.spec)
}
