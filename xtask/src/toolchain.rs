//! A Rust toolchain that can build for `wasm32-unknown-unknown`. Two ways, whichever is there:
//!
//! 1. the toolchain that runs this driver, with its own standard library for wasm (`rustup target add`);
//! 2. Debian's `rustc-web`, which builds the standard library from `rust-web-src`: for machines that have Debian's
//!    packages but cannot reach Rust's download servers.

use crate::command::{on_path, output, run_within, say};
use crate::{project, system_packages};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const TARGET: &str = "wasm32-unknown-unknown";
/// The packages of way 2; `lld` is the linker.
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld"];
/// Seconds `rustup target add` may take: 20 MB when the server answers, and it may never answer.
const RUSTUP_LIMIT: Duration = Duration::from_secs(120);
/// What shared memory takes, besides a standard library built the same way; wasm-bindgen needs the exports. The memory may
/// grow as far as one that is not shared.
const THREADS: [&str; 9] = [
    "-Ctarget-feature=+atomics,+bulk-memory,+mutable-globals",
    "-Clink-arg=--shared-memory",
    "-Clink-arg=--import-memory",
    "-Clink-arg=--max-memory=4294967296",
    "-Clink-arg=--export=__heap_base",
    "-Clink-arg=--export=__wasm_init_tls",
    "-Clink-arg=--export=__tls_size",
    "-Clink-arg=--export=__tls_align",
    "-Clink-arg=--export=__tls_base",
];
/// The crate's minimum Rust.
const MINIMUM_MINOR: u32 = 95;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// Way 1.
    Installed,
    /// Way 2.
    Debian,
}

impl Toolchain {
    /// Finds a toolchain, or installs one. What is there already comes first: trying a server takes time.
    ///
    /// # Errors
    /// When neither way works here, with a sentence on what to do.
    pub fn find_or_install() -> Result<Self> {
        if has_wasm_target() {
            say(format_args!("toolchain: {} with its {TARGET} target", version("rustc")?));
            return Ok(Self::Installed);
        }
        if debian_is_complete() {
            say(format_args!(
                "toolchain: Debian's {}, standard library from source",
                version("/usr/bin/rustc")?
            ));
            return Ok(Self::Debian);
        }
        if on_path("rustup").is_some() {
            say(format_args!("installing the {TARGET} target (rustup target add)"));
            match run_within(Command::new("rustup").args(["target", "add", TARGET]), RUSTUP_LIMIT) {
                Ok(()) if has_wasm_target() => return Ok(Self::Installed),
                Ok(()) => {
                    say("rustup added the target, but to another toolchain than the one that runs this")
                }
                Err(error) => say(format_args!("{error:#}")),
            }
        }
        if system_packages::is_debian() && system_packages::can_install() {
            system_packages::install(&DEBIAN_PACKAGES)?;
            if debian_is_complete() {
                return Ok(Self::Debian);
            }
            bail!(
                "Debian's rustc-web is older than Rust 1.{MINIMUM_MINOR}; enable the security suite in apt's sources"
            );
        }
        bail!(
            "no Rust toolchain here can build for {TARGET}: run `rustup target add {TARGET}` (https://rustup.rs), \
             or on Debian, as root, `apt-get install {}`",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// Gets what code that runs on several threads needs besides: the sources of the standard library.
    ///
    /// # Errors
    /// When they are not there and cannot be had.
    pub fn prepare(self, has_threads: bool) -> Result<()> {
        if !has_threads || self == Self::Debian || has_sources() {
            return Ok(());
        }
        if on_path("rustup").is_some() {
            say("installing the standard library's sources (rustup component add rust-src)");
            run_within(Command::new("rustup").args(["component", "add", "rust-src"]), RUSTUP_LIMIT)?;
        }
        if !has_sources() {
            bail!("the standard library's sources are missing: run `rustup component add rust-src`");
        }
        Ok(())
    }

    /// `cargo SUBCOMMAND` for the wasm target. The caller adds the arguments; the target folder is the caller's to
    /// choose, apart from native builds since the compiler may differ.
    pub fn cargo(self, subcommand: &str, has_threads: bool) -> Command {
        let mut command = match self {
            Self::Installed => native_cargo(),
            Self::Debian => debian_cargo(),
        };
        command.args([subcommand, "--target", TARGET]);
        if has_threads {
            // Joins the flags of .cargo/config.toml, which RUSTFLAGS would replace.
            command.args(["--config", &format!("target.{TARGET}.rustflags={THREADS:?}")]);
        }
        if has_threads || self == Self::Debian {
            // Without the features that it has by default, such as backtraces, which wasm does not have anyway; 11 kB with brotli.
            let library = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
            // -Zbuild-std is unstable; the compiler is not, and knows this name for that.
            command.args(library).env("RUSTC_BOOTSTRAP", "1");
        }
        command
    }
}

/// The cargo that runs this driver, at the repository's root.
pub fn native_cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.current_dir(project::root());
    command
}

fn debian_cargo() -> Command {
    let mut command = Command::new("/usr/bin/cargo");
    // rustup's proxies lead every tool they start back to rustup's toolchain, by these variables and by PATH.
    for name in ["RUSTUP_TOOLCHAIN", "RUSTDOC", "CARGO", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once("/usr/bin".into()).chain(std::env::split_paths(&path)))
        .expect("entries that came from PATH");
    command
        .current_dir(project::root())
        .env("PATH", path)
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld");
    command
}

fn has_wasm_target() -> bool {
    let Ok(folder) = output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
    else {
        return false;
    };
    Path::new(&folder).is_dir()
}

fn has_sources() -> bool {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]));
    sysroot
        .is_ok_and(|sysroot| Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").exists())
}

fn debian_is_complete() -> bool {
    let files = ["/usr/bin/cargo", "/usr/bin/wasm-ld", "/usr/lib/rustlib/src/rust/library/std/Cargo.toml"];
    files.iter().all(|file| Path::new(file).exists())
        && minor_version("/usr/bin/rustc").is_ok_and(|minor| minor >= MINIMUM_MINOR)
}

fn version(rustc: &str) -> Result<String> {
    let text = output(Command::new(rustc).arg("--version"))?;
    Ok(text.split(" (").next().unwrap_or_default().to_owned())
}

/// 96 of `rustc 1.96.0 (...)`.
fn minor_version(rustc: &str) -> Result<u32> {
    let text = version(rustc)?;
    text.split('.')
        .nth(1)
        .and_then(|minor| minor.parse().ok())
        .with_context(|| format!("unexpected version: {text}"))
}
