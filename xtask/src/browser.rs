//! A Chromium for the browser tests: the system's, else Debian's package, else the one playwright downloads.

use crate::command::{on_path, run, say};
use crate::node::Node;
use crate::system_packages;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Says which browser the tests shall use instead of the one found.
const OVERRIDE: &str = "SEGSCOPE_CHROMIUM";
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ELSEWHERE: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
];

/// The browser's path; `None` for playwright's own, which playwright finds itself.
pub fn find_or_install(node: &Node) -> Result<Option<PathBuf>> {
    if let Some(browser) = installed() {
        return Ok(Some(browser));
    }
    if system_packages::is_debian() && system_packages::can_install() {
        system_packages::install(&["chromium"])?;
        return installed()
            .map(Some)
            .context("the package chromium was installed, but no `chromium` is on PATH");
    }
    say("installing Chromium (playwright-core install chromium), unless playwright has it already");
    let mut command = node.script("playwright-core/cli.js");
    command.args(["install", "chromium", "--no-shell"]);
    if cfg!(target_os = "linux") && system_packages::can_install() {
        command.arg("--with-deps");
    }
    run(&mut command).context("the browser tests need Chromium or Chrome")?;
    Ok(None)
}

fn installed() -> Option<PathBuf> {
    std::env::var_os(OVERRIDE)
        .map(PathBuf::from)
        .or_else(|| PROGRAMS.into_iter().find_map(on_path))
        .or_else(|| ELSEWHERE.iter().map(Path::new).find(|path| path.is_file()).map(Path::to_owned))
}
