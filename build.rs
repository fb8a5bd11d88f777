//! Shaders without their comments and indentation, for `include_str!`: a visitor downloads them inside the engine.

use std::path::Path;
use std::{env, fs};

const SHADERS: &str = "src/wgsl/kernels";

fn main() {
    println!("cargo::rerun-if-changed={SHADERS}");
    let out = env::var_os("OUT_DIR").expect("cargo names the folder");
    for entry in fs::read_dir(SHADERS).expect("the shaders lie in the package") {
        let path = entry.expect("a folder that was opened can be read").path();
        if path.extension().is_some_and(|extension| extension == "wgsl") {
            let text = fs::read_to_string(&path).expect("shaders are text");
            let name = path.file_name().expect("read_dir names files");
            fs::write(Path::new(&out).join(name), stripped(&text)).expect("cargo's folder can be written to");
        }
    }
}

/// Comments stand on lines of their own.
fn stripped(shader: &str) -> String {
    let lines = shader.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}
