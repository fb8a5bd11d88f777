//! Which of the page's scripts need which.

use crate::project;
use anyhow::{Context, Result};
use std::path::PathBuf;

/// What starts the engine: the module that a page imports, and its workers' scripts.
pub const ENGINE: [&str; 4] = ["engine.js", "worker.js", "new-worker.js", "pool-worker.js"];

/// Scripts of `www/` and all that they import, in order of name.
pub fn with_imports(entries: &[&str]) -> Result<Vec<PathBuf>> {
    let www = project::root().join("www");
    let mut found: Vec<PathBuf> = entries.iter().map(|entry| www.join(entry)).collect();
    let mut next = 0;
    while let Some(script) = found.get(next).cloned() {
        next += 1;
        let text = std::fs::read_to_string(&script).with_context(|| script.display().to_string())?;
        let statements =
            text.lines().filter(|line| line.starts_with("import ") || line.starts_with("export "));
        for path in statements.filter_map(|line| line.split_once("\"./")?.1.strip_suffix("\";")) {
            let imported = script.with_file_name(path);
            if !found.contains(&imported) {
                found.push(imported);
            }
        }
    }
    found.sort();
    Ok(found)
}
