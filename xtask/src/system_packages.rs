//! Packages of the operating system. The driver installs them only where it can do so without asking: as root, by apt.

use crate::command::{on_path, run, say, succeeds};
use anyhow::{Result, bail};
use std::process::Command;

/// True on Debian itself. Its derivatives share apt but not the packages: Ubuntu's `chromium` is a stub for a snap,
/// and it has no `rustc-web`.
pub fn is_debian() -> bool {
    std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=debian"))
}

pub fn can_install() -> bool {
    on_path("apt-get").is_some() && is_root()
}

/// Installs Debian packages, saying so.
///
/// # Errors
/// Where the driver may not install, or apt fails; the sentence names the packages.
pub fn install(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    if !can_install() {
        bail!("install the packages `{names}` of your system (as root: apt-get install {names})");
    }
    say(format_args!("installing {names} (apt-get)"));
    // Lists may be absent (containers) or old; a failed update is only fatal if the install then fails too.
    if !succeeds(apt().arg("update")) {
        say("apt-get update failed; going on with the package lists that are there");
    }
    run(apt().args(["install", "--yes", "--quiet", "--quiet", "--no-install-recommends"]).args(packages))
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
