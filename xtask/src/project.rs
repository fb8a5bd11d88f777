//! Where things are. Commands work from any directory inside the repository, so nothing here asks for the current one.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository's root")
}

/// Cargo's output folder; reports and screenshots go there too.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => root().join("target"),
    }
}

/// Where `cargo xtask build` leaves the wasm bundles.
pub fn bundles() -> PathBuf {
    root().join("www/pkg")
}

/// The browser tests, and the one `package.json`.
pub fn e2e() -> PathBuf {
    root().join("tests/e2e")
}
