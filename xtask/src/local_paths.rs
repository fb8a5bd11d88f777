//! Files of the project must hold no path or address of the machine they were written on.

use crate::command::{on_path, output};
use crate::project;
use anyhow::{Result, bail};
use std::process::Command;

/// The only file that may know where data lies beside the checkout.
const KNOWS_DATA_FOLDER: &str = ".ci/run";
const DATA_FOLDER: &str = concat!("..", "/shared");

pub fn check() -> Result<()> {
    if on_path("git").is_none() {
        bail!("git is needed to list the project's files");
    }
    let files = output(
        Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(project::root()),
    )?;
    let mut found = Vec::new();
    for file in files.split('\0').filter(|file| !file.is_empty()) {
        // Gone from the working tree, or not text: weights and pictures.
        let Ok(text) = std::fs::read_to_string(project::root().join(file)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if let Some(what) =
                local_path(line).filter(|what| !(file == KNOWS_DATA_FOLDER && *what == DATA_FOLDER))
            {
                found.push(format!("{file}:{}: {what}", number + 1));
            }
        }
    }
    if !found.is_empty() {
        bail!("these lines name places of one machine:\n  {}", found.join("\n  "));
    }
    Ok(())
}

/// The part of a line that is a place on somebody's machine. The patterns are put together here, so that this file
/// does not hold them.
fn local_path(line: &str) -> Option<&'static str> {
    const PLACES: [&str; 7] = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/main"),
        concat!("/wo", "rk/shared"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        DATA_FOLDER,
        concat!("registry", ".npmjs.org"),
    ];
    PLACES.into_iter().find(|place| line.contains(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_path_is_seen_and_an_ordinary_one_is_not() {
        assert_eq!(local_path(concat!("open('/ho", "me/ann/photo.jpg')")), Some(concat!("/ho", "me/")));
        assert_eq!(local_path(concat!("see ..", "/shared/x")), Some(concat!("..", "/shared")));
        assert_eq!(local_path("tests/e2e/package.json, /usr/bin/cargo, https://example.org/work"), None);
    }
}
