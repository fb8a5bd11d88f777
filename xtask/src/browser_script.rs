//! Programs in JavaScript that drive Chromium against this program's server.

use crate::node::Node;
use crate::{browser, bundle, project, serve};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// What they stand on: Node.js, a Chromium, and the page as it is published.
pub struct Stage {
    node: Node,
    browser: Option<PathBuf>,
}

impl Stage {
    pub fn set_up() -> Result<Self> {
        let node = Node::set_up()?;
        let browser = browser::find_or_install(&node)?;
        bundle::build(bundle::Speed::QuickToRun)?;
        Ok(Self { node, browser })
    }

    /// `node`, which finds the server and the browser in its environment.
    pub fn node(&self) -> Result<Command> {
        let mut command = self.node.command();
        command.env("SEGSCOPE_ORIGIN", serve::in_background()?);
        if let Some(browser) = &self.browser {
            command.env("SEGSCOPE_CHROMIUM", browser);
        }
        Ok(command)
    }

    /// `node SCRIPT`, a path below the repository's root.
    pub fn script(&self, script: &str) -> Result<Command> {
        let mut command = self.node()?;
        command.arg(project::root().join(script));
        Ok(command)
    }

    /// Of the browser, for a person.
    pub fn browser_name(&self) -> String {
        self.browser
            .as_deref()
            .map_or("playwright's Chromium".into(), |path| path.to_string_lossy().into_owned())
    }
}
