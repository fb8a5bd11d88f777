//! Every test, native and in a real browser, with one count at the end; where asked for, those that need Python, and lessons without a network.

use crate::command::say;
use crate::{test_browser, test_native, test_packages};
use anyhow::{Result, bail};

/// What to run.
#[derive(Default)]
pub struct Options {
    pub native: bool,
    pub browser: bool,
    pub packages: bool,
    pub offline: bool,
    /// Part of a test's name.
    pub filter: Option<String>,
}

/// What a test runner reported.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Count {
    pub passed: usize,
    pub failed: usize,
    /// What tests said they left out, and why.
    pub skipped: Vec<String>,
}

impl Count {
    pub fn and(mut self, other: Self) -> Self {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend(other.skipped);
        self
    }
}

pub fn run(options: &Options) -> Result<()> {
    let filter = options.filter.as_deref();
    let native = options.native.then(|| count("native", test_native::run(filter)));
    let browser = options.browser.then(|| count("browser", test_browser::run(filter)));
    let packages = options.packages.then(|| count("packages", test_packages::run(filter)));
    let offline = options.offline.then(|| count("offline", test_browser::run_offline(filter)));

    let runs: Vec<_> =
        [("native", native), ("browser", browser), ("packages", packages), ("offline", offline)]
            .into_iter()
            .filter_map(|(name, count)| Some((name, count?)))
            .collect();
    println!();
    for (name, count) in &runs {
        for reason in &count.skipped {
            println!("{name}: {reason}");
        }
    }
    let passed: usize = runs.iter().map(|(_, count)| count.passed).sum();
    let failed: usize = runs.iter().map(|(_, count)| count.failed).sum();
    println!(
        "{}",
        runs.iter()
            .map(|(name, count)| format!("{name}: {} passed", count.passed))
            .collect::<Vec<_>>()
            .join(", ")
    );
    println!("{passed} passed, {failed} failed");
    if failed > 0 {
        bail!("{failed} tests failed");
    }
    if passed == 0 {
        bail!("no test ran");
    }
    Ok(())
}

/// What kept a runner from running counts as one failure, so that the other runners still get their turn.
pub fn count(name: &str, result: Result<Count>) -> Count {
    result.unwrap_or_else(|error| {
        say(format_args!("{name} tests: {error:#}"));
        Count { failed: 1, ..Count::default() }
    })
}
