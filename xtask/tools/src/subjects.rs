//! The networks that `precision` looks at, with photos and labels: the published ESPNetv2, and every model that ships.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use segscope::weights::import::{ArchitectureSpec, ImportSpec, import};
use segscope::weights::info::Class;
use segscope::weights::{Model, ModelInfo, Precision};

use crate::catalogue::Catalogue;
use crate::class_map::{CAMVID_FROM_CITYSCAPES, ClassMap, Counterparts, PEOPLE_FROM_VOC};
use crate::pack::{Pack, Photos};

/// A network with all the bits it has, and photos.
pub struct Subject {
    pub name: String,
    pub exact: Model,
    /// Photos of the split that it is measured on, and their labels.
    pub pack: Pack,
    pub class_map: ClassMap,
    /// Photos of a training split.
    pub seen: Photos,
}

/// A subject that is not in memory yet.
pub struct Listed {
    pub name: String,
    file: PathBuf,
    /// None: a model file.
    published: Option<(ImportSpec, Counterparts)>,
    data: String,
    split: String,
}

/// What its authors trained a network on, and the pack whose photos it looks at here.
struct TrainedOn {
    classes: usize,
    counterparts: Counterparts,
    data: &'static str,
    split: &'static str,
}

const VOC: TrainedOn =
    TrainedOn { classes: 21, counterparts: PEOPLE_FROM_VOC, data: "people_ccp", split: "val" };
const CITYSCAPES: TrainedOn =
    TrainedOn { classes: 20, counterparts: CAMVID_FROM_CITYSCAPES, data: "street_camvid", split: "test" };

/// The published networks, where they lie below SEGSCOPE_WEIGHTS, and their scale.
const PUBLISHED: [(&str, &str, f64, TrainedOn); 4] = [
    ("espnet_v2 0.5, Pascal VOC", "espnet_v2/espnetv2_s_0.5_pascal_384x384.pth", 0.5, VOC),
    ("espnet_v2 1.0, Pascal VOC", "espnet_v2/espnetv2_s_1.0_pascal_384x384.pth", 1.0, VOC),
    ("espnet_v2 2.0, Pascal VOC", "espnet_v2/espnetv2_s_2.0_pascal_384x384.pth", 2.0, VOC),
    ("espnet_v2 2.0, Cityscapes", "espnet_v2/espnetv2_s_2.0_city_1024x512.pth", 2.0, CITYSCAPES),
];

impl Listed {
    pub fn load(self) -> Result<Subject> {
        let bytes =
            fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let exact = match &self.published {
            Some((spec, _)) => import(&bytes, spec, Precision::F32)?,
            None => Model::from_bytes(&bytes)?,
        };
        let data = Path::new(&self.data);
        let classes = exact.info.classes.len();
        let (pack, class_map) = match self.published {
            Some((_, counterparts)) => {
                let info = with_classes_of(&exact.info, counterparts);
                (Pack::open(data, &self.split, &info)?, ClassMap::of_counterparts(counterparts, classes))
            }
            None => (Pack::open(data, &self.split, &exact.info)?, ClassMap::same(classes)),
        };
        let seen = Photos::open(data, "train")?;
        Ok(Subject { name: self.name, exact, pack, class_map, seen })
    }

    /// What the card beside a model file says of the model in f32.
    pub fn f32_in_card(&self) -> Option<String> {
        let card = fs::read_to_string(self.file.with_extension("md")).ok()?;
        card.lines().find_map(|line| line.strip_prefix("- **f32**, ")).map(String::from)
    }
}

/// The info as it would be of a network that was trained on the labels.
fn with_classes_of(info: &ModelInfo, counterparts: Counterparts) -> ModelInfo {
    let class = |(name, _): &(&str, &[u8])| Class { name: (*name).into(), colour: [0; 3] };
    ModelInfo { classes: counterparts.iter().map(class).collect(), ..info.clone() }
}

pub fn published() -> Result<Vec<Listed>> {
    let Some(folder) = std::env::var_os("SEGSCOPE_WEIGHTS").map(PathBuf::from) else {
        bail!(
            "the published ESPNetv2 are in the table too: set SEGSCOPE_WEIGHTS to the folder of their checkpoints"
        );
    };
    let listed = |(name, file, scale, trained_on): (&str, &str, f64, TrainedOn)| {
        let TrainedOn { classes, counterparts, data, split } = trained_on;
        let spec = ArchitectureSpec { name: "espnet_v2".into(), scale: Some(scale), classes };
        Listed {
            name: name.into(),
            file: folder.join(file),
            published: Some((ImportSpec::new(spec), counterparts)),
            data: data.into(),
            split: split.into(),
        }
    };
    Ok(PUBLISHED.into_iter().map(listed).collect())
}

pub fn shipped() -> Result<Vec<Listed>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let catalogue = Catalogue::read(&root.join("models/catalogue.json"))?;
    let listed = catalogue.models.into_iter().filter_map(|entry| {
        let (file, evaluation) = (entry.file?, entry.evaluation?);
        Some(Listed {
            name: entry.spec.id,
            file: root.join(file.path),
            published: None,
            data: evaluation.data,
            split: evaluation.split,
        })
    });
    Ok(listed.collect())
}
