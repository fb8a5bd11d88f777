//! Node.js and the npm packages of tests/e2e: playwright-core, typescript, axe-core, and binaryen for `wasm-opt`.

use crate::command::{on_path, output, run, say};
use crate::{project, system_packages};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// playwright-core's minimum.
const MINIMUM_MAJOR: u32 = 20;

/// Node.js with the packages in place.
pub struct Node {
    node: PathBuf,
}

impl Node {
    /// Finds Node.js (or installs it where apt may), then installs the packages if their lock file is newer than they.
    pub fn set_up() -> Result<Self> {
        if on_path("node").is_none() || on_path("npm").is_none() {
            system_packages::install(&["nodejs", "npm"])
                .context("Node.js is missing (https://nodejs.org)")?;
        }
        let node = on_path("node").context("Node.js was installed, but `node` is not on PATH")?;
        let version = output(Command::new(&node).arg("--version"))?;
        let major =
            version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major < MINIMUM_MAJOR) {
            bail!("Node.js {MINIMUM_MAJOR} or newer is needed, this is {version}; see https://nodejs.org");
        }
        install_packages()?;
        Ok(Self { node })
    }

    pub fn program(&self) -> &Path {
        &self.node
    }

    /// `node`, in the folder of the browser tests.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.node);
        command.current_dir(project::e2e());
        command
    }

    /// `node SCRIPT`, the script being a file of an npm package, as in `typescript/bin/tsc`.
    pub fn script(&self, script: &str) -> Command {
        let mut command = self.command();
        command.arg(project::e2e().join("node_modules").join(script));
        command
    }
}

fn install_packages() -> Result<()> {
    let wanted = project::e2e().join("package-lock.json");
    // npm writes this one when it has finished.
    let installed = project::e2e().join("node_modules/.package-lock.json");
    if modified(&installed).is_some_and(|time| Some(time) >= modified(&wanted)) {
        return Ok(());
    }
    say("installing the npm packages of tests/e2e (npm ci)");
    let npm = on_path("npm").context("Node.js is there, but `npm` is not on PATH")?;
    run(Command::new(npm)
        .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(project::e2e()))
}

fn modified(file: &Path) -> Option<std::time::SystemTime> {
    file.metadata().and_then(|data| data.modified()).ok()
}
