//! The tests of tests/e2e, by Node's own test runner, in Chromium, against this program's server.

use crate::browser_script::Stage;
use crate::command::say;
use crate::test::Count;
use crate::{classroom, pack, project, tools};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// Where in their hosts the packed folders lie; `page-pack.test.js` and `page-offline.test.js` open them there.
const SUB_PATH: &str = "some/where";

/// Runs the tests whose name contains `filter`, or all.
pub fn run(filter: Option<&str>) -> Result<Count> {
    let stage = Stage::set_up()?;
    tools::write_golden_cases(&project::root().join("tests/golden/cases"))?;
    let packed = project::target().join("e2e/packed");
    pack::write(&packed.join(SUB_PATH), &project::root().join("models/people.safetensors"))?;
    let classroom = packed_classroom()?;
    let data = [("SEGSCOPE_PACKED", packed.as_path()), ("SEGSCOPE_CLASSROOM", classroom.as_path())];
    // A lesson computes on one core; everything else keeps a software GPU busy, which takes every core.
    let (lessons, others): (Vec<_>, Vec<_>) =
        test_files()?.into_iter().partition(|file| is_of_a_lesson(file));
    Ok(run_files(&stage, &others, 1, filter, &data)?.and(run_files(&stage, &lessons, 2, filter, &data)?))
}

/// The same for lessons alone, each test with the classroom pack that its browser has kept, and no network.
pub fn run_offline(filter: Option<&str>) -> Result<Count> {
    let stage = Stage::set_up()?;
    let classroom = packed_classroom()?;
    let lessons: Vec<_> = test_files()?.into_iter().filter(|file| is_of_a_lesson(file)).collect();
    let data = [("SEGSCOPE_CLASSROOM", classroom.as_path()), ("SEGSCOPE_OFFLINE", Path::new("1"))];
    run_files(&stage, &lessons, 2, filter, &data)
}

/// A host's folder with the pack below it.
fn packed_classroom() -> Result<PathBuf> {
    let folder = project::target().join("e2e/classroom");
    classroom::write_folder(&folder.join(SUB_PATH))?;
    Ok(folder)
}

fn is_of_a_lesson(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("lesson-"))
}

/// Runs the tests of one file, which finds its data by a variable of its environment.
pub fn run_file(name: &str, filter: Option<&str>, data: (&str, &Path)) -> Result<Count> {
    run_files(&Stage::set_up()?, &[project::e2e().join(name)], 1, filter, &[data])
}

/// Runs the tests of `files`, so many files at a time.
fn run_files(
    stage: &Stage,
    files: &[PathBuf],
    at_a_time: usize,
    filter: Option<&str>,
    data: &[(&str, &Path)],
) -> Result<Count> {
    let report = project::target().join("e2e/report.tap");
    std::fs::create_dir_all(report.parent().expect("a folder was joined"))?;
    let mut command = stage.node()?;
    command
        .args(["--test", "--test-reporter=spec", "--test-reporter-destination=stdout"])
        .args(["--test-reporter=tap".into(), format!("--test-reporter-destination={}", report.display())])
        .arg(format!("--test-concurrency={at_a_time}"))
        .args(filter.map(|filter| format!("--test-name-pattern={filter}")))
        .args(files)
        .envs(data.iter().copied());
    say(format_args!("browser tests in {}", stage.browser_name()));
    let status = command.status().context("cannot start node")?;
    let count = count(&std::fs::read_to_string(&report)?);
    if !status.success() && count.failed == 0 {
        bail!("node --test failed ({status})");
    }
    Ok(count)
}

/// Names in order; Node 20 expands no patterns.
fn test_files() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in project::e2e().read_dir()? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.js") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the summary of a TAP report, and the tests that were skipped.
fn count(tap: &str) -> Count {
    let total = |name: &str| {
        let prefix = format!("# {name} ");
        tap.lines()
            .rev()
            .find_map(|line| line.strip_prefix(&prefix)?.parse::<usize>().ok())
            .unwrap_or_default()
    };
    let skipped = tap.lines().filter_map(|line| {
        let (name, reason) = line.trim_start().strip_prefix("ok ")?.split_once(" # SKIP")?;
        let asked_for = reason.trim() != "test name does not match pattern";
        asked_for
            .then(|| name.split_once(" - "))
            .flatten()
            .map(|(_, name)| format!("skipped: {name}:{reason}"))
    });
    Count { passed: total("pass"), failed: total("fail") + total("cancelled"), skipped: skipped.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_report_is_counted_by_its_summary() {
        let tap = "\
TAP version 13
# Subtest: adds
ok 1 - adds
  ---
  duration_ms: 3
  ...
ok 9 - others # SKIP test name does not match pattern
ok 2 - masks # SKIP SEGSCOPE_DATA is not set
not ok 3 - paints
1..3
# tests 3
# suites 0
# pass 1
# fail 1
# cancelled 1
# skipped 1";
        let skipped = vec!["skipped: masks: SEGSCOPE_DATA is not set".to_owned()];
        assert_eq!(count(tap), Count { passed: 1, failed: 2, skipped });
    }
}
