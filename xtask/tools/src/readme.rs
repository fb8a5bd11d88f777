//! `models/README.md`: the models as a person reads them. Generated, so that no figure is typed twice.

use std::fmt::Write;

use anyhow::Result;
use segscope::weights::Model;
use segscope::weights::import::ImportSpec;
use segscope::zoo;

use crate::catalogue::Entry;

const HEAD: &str = "\
# Models

<!-- Written by `cargo xtask catalogue` from catalogue.json, the model files and <id>.metrics.json. Do not edit. -->

Each file is complete: graph, int8 weights, class names and colours, input normalisation, licence
([format](../src/weights/file.rs)). How each was trained, and what it cannot do, is in its card.
";

const FETCHED: &str = "
## From their authors

Not kept here: the page fetches them from their authors' repository when a visitor asks for them, compares the hash, and
converts them to int8 in the page.
";

pub fn write(shipped: &[(&Entry, Model)], fetched: &[&Entry]) -> Result<String> {
    let mut text = String::from(HEAD);
    text += "\n## Shipped\n\n";
    text += "| model | classes | network | parameters | bytes | split | images | mean IoU | pixel accuracy | Dice |\n";
    text += "|---|---|---|---|---|---|---|---|---|---|\n";
    for (entry, model) in shipped {
        let spec = &entry.spec;
        let (classes, parameters) = (spec.architecture.classes, parameters(spec)?);
        write!(
            text,
            "| [{}]({}) | {classes} | {} | {parameters} | {} ",
            spec.id,
            entry.card(),
            network(spec),
            model.size_bytes
        )?;
        match &model.info.metrics {
            Some(m) => writeln!(
                text,
                "| {} | {} | {:.4} | {:.4} | {:.4} |",
                m.split, m.images, m.mean_iou, m.pixel_accuracy, m.dice
            )?,
            None => writeln!(text, "| not measured | | | | |")?,
        }
    }
    text += "\nMeasured with `cargo xtask eval` on the int8 file, through the WebGPU executor.\n";
    for (entry, model) in shipped {
        describe(&mut text, &entry.spec)?;
        if let Some(calibration) = &model.info.calibration {
            writeln!(text, "- Calibrated on: {}, {} pictures", calibration.data, calibration.pictures)?;
        }
        writeln!(text, "\nsha256: `{}`", model.sha256)?;
        let Some(metrics) = &model.info.metrics else { continue };
        text += "\n| class | IoU |\n|---|---|\n";
        for class in &model.info.classes {
            if let Some(iou) = metrics.iou.get(&class.name) {
                let iou = iou.map_or("does not occur".into(), |iou| format!("{iou:.4}"));
                writeln!(text, "| {} | {iou} |", class.name)?;
            }
        }
    }
    text += FETCHED;
    for entry in fetched {
        describe(&mut text, &entry.spec)?;
        if let Some(source) = &entry.spec.source {
            writeln!(text, "\n<{}>, sha256 `{}`", source.url, source.sha256)?;
        }
    }
    Ok(text)
}

fn describe(text: &mut String, spec: &ImportSpec) -> Result<()> {
    writeln!(text, "\n### {}\n\n{}\n", spec.id, spec.description)?;
    writeln!(
        text,
        "- Network: {}, {} parameters, {} classes",
        network(spec),
        parameters(spec)?,
        spec.architecture.classes
    )?;
    writeln!(text, "- Data: {}", spec.data)?;
    if let Some(licence) = &spec.licence {
        writeln!(text, "- Licence: [{}]({}). {}", licence.name, licence.url, licence.note)?;
    }
    writeln!(text, "- Credit: {}", spec.credit)?;
    Ok(())
}

pub fn network(spec: &ImportSpec) -> String {
    let scale = spec.architecture.scale.map_or(String::new(), |scale| format!(", s = {scale:?}"));
    format!("{}{scale}", spec.architecture.name)
}

/// Of the network as it was trained, before batch norms are folded.
fn parameters(spec: &ImportSpec) -> Result<usize> {
    Ok(zoo::build(&spec.architecture.name, &spec.architecture.options())?.parameters()?)
}
