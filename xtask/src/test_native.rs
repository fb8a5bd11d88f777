//! `cargo test` over the workspace, its output passed on and counted.

use crate::command::{line, say};
use crate::test::Count;
use crate::toolchain::native_cargo;
use crate::vulkan;
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Runs the tests whose name contains `filter`, or all.
pub fn run(filter: Option<&str>) -> Result<Count> {
    vulkan::set_up()?;
    say("native tests");
    let mut command = native_cargo();
    command.args(["test", "--workspace", "--all-features", "--no-fail-fast"]).args(filter);
    // Shown output is how a test that lacks its data can say so.
    command.args(["--", "--show-output"]);
    run_counted(&mut command)
}

/// Runs a `cargo test ... -- --show-output`, printing what matters of its output.
///
/// # Errors
/// When it fails without a failed test: it did not compile, or a test ended its process.
pub fn run_counted(command: &mut Command) -> Result<Count> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", line(command)))?;
    let mut report = Report::default();
    for text in BufReader::new(child.stdout.take().expect("piped")).lines() {
        let text = text?;
        if report.take(&text) {
            println!("{text}");
        }
    }
    let status = child.wait()?;
    if !status.success() && report.count.failed == 0 {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(report.count)
}

/// Reads libtest's output line by line.
#[derive(Default)]
struct Report {
    count: Count,
    /// Inside the section that repeats what successful tests printed.
    in_successes: bool,
}

impl Report {
    /// Counts a line; true if a person wants to see it.
    fn take(&mut self, text: &str) -> bool {
        match text {
            "successes:" => self.in_successes = true,
            "failures:" => self.in_successes = false,
            _ => {}
        }
        if let Some(result) = text.strip_prefix("test result: ") {
            self.in_successes = false;
            self.count.passed += number_before(result, " passed");
            self.count.failed += number_before(result, " failed");
        }
        if text.starts_with("skipped:") && !self.count.skipped.iter().any(|known| known == text) {
            self.count.skipped.push(text.to_owned());
        }
        !self.in_successes && !text.is_empty()
    }
}

/// 12 of `ok. 12 passed; 0 failed; ...` for ` passed`.
fn number_before(text: &str, word: &str) -> usize {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_programs_add_up() {
        let output = "\
running 3 tests
test a ... ok
test b ... FAILED

successes:

---- a stdout ----
skipped: SEGSCOPE_DATA is not set
chatter

failures:

---- b stdout ----
left is not right

test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

running 1 test
test result: ok. 41 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        let mut report = Report::default();
        let shown: Vec<_> = output.lines().filter(|text| report.take(text)).collect();
        let skipped = vec!["skipped: SEGSCOPE_DATA is not set".to_owned()];
        assert_eq!(report.count, Count { passed: 43, failed: 1, skipped });
        assert!(shown.contains(&"left is not right"));
        assert!(!shown.contains(&"chatter"));
    }
}
