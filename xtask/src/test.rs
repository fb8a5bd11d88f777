//! Every test, native and in a real browser, with one count at the end.

use crate::command::say;
use crate::{test_browser, test_native};
use anyhow::{Result, bail};

pub struct Options {
    pub native: bool,
    pub browser: bool,
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

pub fn run(options: &Options) -> Result<()> {
    let filter = options.filter.as_deref();
    let native = options.native.then(|| count("native", test_native::run(filter)));
    let browser = options.browser.then(|| count("browser", test_browser::run(filter)));

    let runs: Vec<_> = [("native", native), ("browser", browser)]
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

/// What kept a runner from running counts as one failure, so that the other runner still gets its turn.
fn count(name: &str, result: Result<Count>) -> Count {
    result.unwrap_or_else(|error| {
        say(format_args!("{name} tests: {error:#}"));
        Count { failed: 1, ..Count::default() }
    })
}
