//! `cargo xtask classroom`: the whole page with its lessons and models as one zip that a school unpacks and serves, and that a browser keeps.

use crate::{bundle, project};
use anyhow::{Context, Result};
use lexopt::prelude::*;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Folder of everything in the zip, so that unpacking makes one.
const FOLDER: &str = "segscope-classroom";
/// What is told to whoever unpacks it.
const README: &str = include_str!("../../www/offline/README.txt");
/// Before the end of every page's head: what makes it installable and keeps it.
const HEAD_END: &str = "</head>";
/// At the pack's root, since it describes all of it.
const MANIFEST: &str = "manifest.webmanifest";

pub fn run_all(mut args: lexopt::Parser) -> Result<()> {
    let mut output = PathBuf::from(format!("{FOLDER}.zip"));
    while let Some(arg) = args.next()? {
        match arg {
            Short('o') | Long("output") => output = PathBuf::from(args.value()?),
            _ => return Err(arg.unexpected().into()),
        }
    }
    bundle::build(bundle::Speed::QuickToRun)?;
    let files = files()?;
    write_zip(&output, &files)?;
    let bytes = fs::metadata(&output)?.len();
    println!(
        "{}: {} files, {:.1} MB; unpack, then read README.txt",
        output.display(),
        files.len(),
        bytes as f64 / 1e6
    );
    Ok(())
}

/// A file of the pack.
struct File {
    /// With slashes.
    path: String,
    content: Vec<u8>,
}

/// The same files in a folder, for tests.
pub fn write_folder(folder: &Path) -> Result<()> {
    for File { path, content } in files()? {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it is below the folder"))?;
        fs::write(&path, content).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// The page as it was built last, what it shows, and what keeps it.
fn files() -> Result<Vec<File>> {
    let root = project::root();
    let mut paths = vec![root.join("index.html")];
    for folder in ["www", "models"] {
        collect(&root.join(folder), &mut paths)?;
    }
    let mut files = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root)?.to_string_lossy().replace('\\', "/");
        let content = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let content = if name.ends_with(".html") { kept_page(&name, content)? } else { content };
        files.push(File { path: name, content });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut hasher = DefaultHasher::new();
    files.iter().for_each(|file| (&file.path, &file.content).hash(&mut hasher));
    let version = format!("{:016x}", hasher.finish());
    let list = files.iter().map(|file| kept_address(&file.path));
    let list = list.chain([MANIFEST.into()]).collect::<Vec<_>>();
    let list = serde_json::json!({ "version": version, "files": list });
    let worker =
        include_str!("../../www/offline/service-worker.js").replace("\"unpacked\"", &format!("{version:?}"));
    let manifest = include_str!("../../www/offline/manifest.webmanifest");
    let more = [
        ("README.txt", README.to_owned()),
        ("LICENSE-MIT", fs::read_to_string(root.join("LICENSE-MIT"))?),
        ("LICENSE-APACHE", fs::read_to_string(root.join("LICENSE-APACHE"))?),
        (MANIFEST, manifest.to_owned()),
        ("offline.json", format!("{list:#}\n")),
        ("service-worker.js", worker),
    ];
    files.extend(more.map(|(path, content)| File { path: path.into(), content: content.into_bytes() }));
    Ok(files)
}

/// Everything below a folder but declarations of types and what is said to whoever unpacks the zip.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if !name.ends_with(".d.ts") && !path.ends_with("www/offline/README.txt") {
            paths.push(path);
        }
    }
    Ok(())
}

/// A page with the manifest and the script that keeps it, by relative paths: a school may serve it from anywhere.
fn kept_page(name: &str, content: Vec<u8>) -> Result<Vec<u8>> {
    let page = String::from_utf8(content).with_context(|| format!("{name} is not UTF-8"))?;
    let up = "../".repeat(name.matches('/').count());
    let tags = format!(
        "  <link rel=\"manifest\" href=\"{up}{MANIFEST}\">\n    <script type=\"module\" src=\"{up}www/offline/offline.js\"></script>\n  {HEAD_END}"
    );
    anyhow::ensure!(page.contains(HEAD_END), "{name} has no end of its head");
    Ok(page.replacen(HEAD_END, &tags, 1).into_bytes())
}

/// Pages are asked for by their folders.
fn kept_address(path: &str) -> String {
    match path.strip_suffix("index.html") {
        Some("") => "./".into(),
        Some(folder) => folder.into(),
        None => path.into(),
    }
}

fn write_zip(output: &Path, files: &[File]) -> Result<()> {
    let cannot = || format!("{} cannot be written", output.display());
    let mut zip = ZipWriter::new(fs::File::create(output).with_context(cannot)?);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for File { path, content } in files {
        zip.start_file(format!("{FOLDER}/{path}"), options).with_context(cannot)?;
        zip.write_all(content).with_context(cannot)?;
    }
    zip.finish().with_context(cannot)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_find_the_manifest_from_where_they_lie() {
        let page = |name| String::from_utf8(kept_page(name, b"<head>\n  </head>".to_vec()).unwrap()).unwrap();
        assert!(page("index.html").contains("href=\"manifest.webmanifest\""));
        assert!(page("www/learn/01-a/index.html").contains("src=\"../../../www/offline/offline.js\""));
        assert!(kept_page("x.html", b"<p>".to_vec()).is_err());
    }

    #[test]
    fn pages_are_kept_under_the_address_that_people_open() {
        assert_eq!(
            ["index.html", "www/learn/index.html", "www/dom.js"].map(kept_address),
            ["./", "www/learn/", "www/dom.js"]
        );
    }
}
