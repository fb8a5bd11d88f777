//! What needs PyTorch: checkpoints and ONNX files of torchvision's, segmentation_models_pytorch's and transformers' networks, natively
//! and in Chromium, and the tests of what is written in Python.

use crate::command::{self, line, say, succeeds};
use crate::test::{self, Count};
use crate::toolchain::native_cargo;
use crate::{project, system_packages, test_browser, test_native, vulkan};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The packages, in the versions that the zoo equals.
const REQUIREMENTS: &str = "training/requirements.txt";
const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };
/// Where the tests look for checkpoints.
const VARIABLE: &str = "SEGSCOPE_CHECKPOINTS";

/// Runs the tests whose name contains `filter`, or all.
pub fn run(filter: Option<&str>) -> Result<Count> {
    let python = set_up()?;
    let checkpoints = project::target().join("checkpoints");
    say(format_args!("writing checkpoints to {}", checkpoints.display()));
    let script = project::root().join("python/golden/checkpoints.py");
    command::run(Command::new(&python).arg(script).arg(&checkpoints))?;

    let native = test::count("native", run_native(&checkpoints, filter));
    let data = (VARIABLE, checkpoints.as_path());
    let browser = test::count("browser", test_browser::run_file("checkpoints.test.js", filter, data));
    let exporter = test::count("exporter", run_python(&python, "python/tests", filter));
    // Among them the papers' numbers of parameters.
    let training = test::count("training", run_python(&python, "training", filter));
    Ok(native.and(browser).and(exporter).and(training))
}

/// The Python of a virtual environment with the packages; they are installed anew where their list has changed.
fn set_up() -> Result<PathBuf> {
    let environment = project::target().join("python");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = project::root().join(REQUIREMENTS);
    let wanted = fs::read(&requirements)?;
    // A copy of the list, left when pip has finished.
    let installed = environment.join("installed.txt");
    if fs::read(&installed).is_ok_and(|list| list == wanted) {
        return Ok(python);
    }
    if !succeeds(Command::new(PYTHON).args(["-c", "import ensurepip, venv"])) {
        system_packages::install(&["python3-venv"])
            .context("Python with its module venv is missing (https://www.python.org)")?;
    }
    say(format_args!("installing the packages of {REQUIREMENTS} in target/python (pip; gigabytes)"));
    command::run(Command::new(PYTHON).args(["-m", "venv"]).arg(&environment))?;
    command::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements))?;
    fs::write(installed, wanted)?;
    Ok(python)
}

fn run_native(checkpoints: &Path, filter: Option<&str>) -> Result<Count> {
    vulkan::set_up()?;
    say("native tests of checkpoints");
    let mut command = native_cargo();
    command.args(["test", "--workspace", "--all-features", "--test", "checkpoints"]).args(filter);
    // What successful tests print too: a line for each checkpoint.
    command.args(["--", "--nocapture"]).env(VARIABLE, checkpoints);
    test_native::run_counted(&mut command)
}

/// The tests of a folder, by Python's own unittest, whose report goes to standard error.
fn run_python(python: &Path, folder: &str, filter: Option<&str>) -> Result<Count> {
    say(format_args!("tests of {folder}/"));
    let mut command = Command::new(python);
    command.args(["-m", "unittest", "discover"]).args(filter.map(|part| ["-k", part]).into_iter().flatten());
    command.current_dir(project::root().join(folder)).stdin(Stdio::null()).stdout(Stdio::inherit());
    let output = command.output().with_context(|| format!("cannot start `{}`", line(&command)))?;
    let report = String::from_utf8_lossy(&output.stderr);
    eprint!("{report}");
    count(&report).with_context(|| format!("`{}` failed ({})", line(&command), output.status))
}

/// Reads the end of unittest's report; `None` if it has none.
fn count(report: &str) -> Option<Count> {
    let number_after = |text: &str, word: &str| -> usize {
        let rest = text.split_once(word).map_or("", |(_, rest)| rest);
        let digits = rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default();
        digits.parse().unwrap_or_default()
    };
    let (_, end) = report.rsplit_once("\nRan ")?;
    let failed = number_after(end, "failures=") + number_after(end, "errors=");
    // A test counts as often as parts of it fail.
    let passed = number_after(end, "").saturating_sub(failed);
    Some(Count { passed, failed, ..Count::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_unittest_is_counted_by_its_end() {
        let report = |end: &str| format!("..F\nFAIL: test_a\n\n-----\nRan 12 tests in 81.203s\n\n{end}\n");
        let counts = |passed, failed| Some(Count { passed, failed, ..Count::default() });
        assert_eq!(count(&report("OK")), counts(12, 0));
        assert_eq!(count(&report("OK (skipped=1)")), counts(12, 0));
        assert_eq!(count(&report("FAILED (failures=2, errors=1)")), counts(9, 3));
        assert_eq!(count(&report("FAILED (errors=20)")), counts(0, 20));
        assert_eq!(count("No module named unittest"), None);
    }
}
