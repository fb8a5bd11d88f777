//! An adapter for the native kernel tests. macOS and Windows come with one; a Linux machine may have no Vulkan driver,
//! and then Mesa's software one does.

use crate::command::say;
use crate::system_packages;
use anyhow::{Context, Result};
use std::path::Path;

/// Where Vulkan's loader looks for drivers.
const DRIVER_FOLDERS: [&str; 3] =
    ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

pub fn set_up() -> Result<()> {
    if !cfg!(target_os = "linux") || has_driver() {
        return Ok(());
    }
    say("no Vulkan driver here; the native kernel tests need one");
    system_packages::install(&["mesa-vulkan-drivers", "libvulkan1"])
        .context("the native kernel tests need a Vulkan driver")
}

fn has_driver() -> bool {
    let named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].iter().any(|name| std::env::var_os(name).is_some());
    let listed = DRIVER_FOLDERS
        .iter()
        .any(|folder| Path::new(folder).read_dir().is_ok_and(|mut entries| entries.next().is_some()));
    named || listed
}
