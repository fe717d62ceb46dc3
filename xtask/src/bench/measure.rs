//! Runs a program and measures its resource usage.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// Cargo's own defaults where this workspace has other settings, and no incremental state. So a
/// crate is compiled as in the workspace of a user.
pub(super) const USERS_PROFILE: [(&str, &str); 2] =
    [("CARGO_INCREMENTAL", "0"), ("CARGO_PROFILE_DEV_DEBUG", "full")];

/// The settings of a measurement.
pub(super) struct Measure {
    pub(super) runs: usize,
    pub(super) root: PathBuf,
    pub(super) scratch: PathBuf,
}

/// The resource usage of a program: times in seconds, and the peak memory in megabytes.
#[derive(Clone, Copy)]
pub(super) struct Usage {
    pub(super) wall: f64,
    pub(super) user: f64,
    pub(super) memory: u32,
}

impl Measure {
    /// Runs a program several times and returns the median by user time.
    pub(super) fn command(
        &self,
        program: &Path,
        arguments: &[&OsStr],
    ) -> Result<Usage, Failure> {
        let runs = (0..self.runs).map(|_| self.once(program, arguments, &self.root));
        median(runs.collect::<Result<_, _>>()?)
    }

    /// Compiles one crate several times, without its dependencies.
    pub(super) fn crate_build(
        &self,
        folder: &Path,
        arguments: &[&str],
    ) -> Result<Usage, Failure> {
        let target = self.scratch.join("target");
        let mut all: Vec<&OsStr> = vec!["build".as_ref(), "--quiet".as_ref()];
        all.extend(arguments.iter().map(OsStr::new));
        all.extend(["--target-dir".as_ref(), target.as_os_str()]);
        let source =
            if folder == self.root { "generated/src/lib.rs" } else { "src/lib.rs" };
        let source = folder.join(source);
        self.once(Path::new("cargo"), &all, folder)?;
        let mut runs = Vec::new();
        for _ in 0..self.runs {
            let touched = fs::File::open(&source)
                .and_then(|file| file.set_modified(std::time::SystemTime::now()));
            touched.map_err(|error| {
                Failure::Output(format!(
                    "error: can't touch {}: {error}",
                    source.display()
                ))
            })?;
            runs.push(self.once(Path::new("cargo"), &all, folder)?);
        }
        median(runs)
    }

    /// Compiles a package with all dependencies several times, from scratch.
    pub(super) fn clean_build(&self, folder: &Path) -> Result<Usage, Failure> {
        let target = self.scratch.join("clean");
        let all: [&OsStr; 4] = [
            "build".as_ref(),
            "--quiet".as_ref(),
            "--target-dir".as_ref(),
            target.as_os_str(),
        ];
        let mut runs = Vec::new();
        for _ in 0..self.runs {
            if target.exists() {
                fs::remove_dir_all(&target).map_err(|error| {
                    Failure::Output(format!(
                        "error: can't remove {}: {error}",
                        target.display()
                    ))
                })?;
            }
            runs.push(self.once(Path::new("cargo"), &all, folder)?);
        }
        median(runs)
    }

    /// Runs cargo in a folder and returns its output.
    pub(super) fn cargo(
        &self,
        folder: &Path,
        target: &str,
        arguments: &[&str],
    ) -> Result<String, Failure> {
        let failed = |why: &str| {
            let folder = folder.display();
            Failure::Input(format!("error: cargo failed in {folder}: {why}"))
        };
        let outcome = Command::new("cargo")
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.scratch.join(target))
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| failed(&error.to_string()))?;
        if !outcome.status.success() {
            return Err(failed(&String::from_utf8_lossy(&outcome.stderr)));
        }
        Ok(String::from_utf8_lossy(&outcome.stdout).into_owned())
    }

    fn once(
        &self,
        program: &Path,
        arguments: &[&OsStr],
        folder: &Path,
    ) -> Result<Usage, Failure> {
        let (_, numbers) = self.timed("%e %U %M", program, arguments, folder)?;
        match numbers.as_slice() {
            [wall, user, kilobytes] => Ok(Usage {
                wall: *wall,
                user: *user,
                memory: (kilobytes * 1.024 / 1000.0) as u32,
            }),
            _ => Err(unmeasured(program, &format!("/usr/bin/time said {numbers:?}"))),
        }
    }

    /// Runs a program once. Returns its output, and its CPU time in seconds: of all processors, in
    /// the program and in the kernel.
    pub(super) fn cpu(
        &self,
        program: &Path,
        arguments: &[&OsStr],
    ) -> Result<(String, f64), Failure> {
        let (said, seconds) = self.timed("%U %S", program, arguments, &self.root)?;
        Ok((said, seconds.iter().sum()))
    }

    /// Runs a program under `/usr/bin/time`. Returns its output, and the numbers that the format
    /// requests.
    fn timed(
        &self,
        format: &str,
        program: &Path,
        arguments: &[&OsStr],
        folder: &Path,
    ) -> Result<(String, Vec<f64>), Failure> {
        let report = self.scratch.join("usage");
        let failed = |why: String| unmeasured(program, &why);
        let outcome = Command::new("/usr/bin/time")
            .args(["-f", format, "-o"])
            .arg(&report)
            .arg(program)
            .args(arguments)
            .current_dir(folder)
            .envs(USERS_PROFILE)
            .stdin(Stdio::null())
            .output();
        let outcome =
            outcome.map_err(|error| failed(format!("/usr/bin/time: {error}")))?;
        if !outcome.status.success() {
            let said = String::from_utf8_lossy(&outcome.stderr).into_owned();
            return Err(failed(format!("it ended with {}\n{said}", outcome.status)));
        }
        let text =
            fs::read_to_string(&report).map_err(|error| failed(error.to_string()))?;
        let numbers =
            text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        Ok((String::from_utf8_lossy(&outcome.stdout).into_owned(), numbers))
    }

    /// Describes the machine: processor, cores, memory, compiler and load.
    pub(super) fn machine(&self) -> String {
        let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
        let model = model.map_or("unknown processor", |rest| {
            rest.trim_start_matches([' ', '\t', ':'])
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let rustc = Command::new("rustc").arg("--version").output();
        let rustc =
            rustc.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
        let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let memory = memory.lines().find_map(|line| {
            let kilobytes =
                line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?;
            Some(kilobytes.trim().parse::<u64>().ok()? >> 20)
        });
        let memory =
            memory.map_or("unknown memory".to_owned(), |gib| format!("{gib} GiB"));
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().filter(|load| !load.is_empty());
        format!(
            "{model}, {cores} cores, {memory}, {}, load {} at the start",
            rustc.unwrap_or_else(|_| "unknown rustc".to_owned()),
            load.unwrap_or("unknown")
        )
    }
}

fn unmeasured(program: &Path, why: &str) -> Failure {
    Failure::Input(format!("error: can't measure {}: {why}", program.display()))
}

fn median(mut runs: Vec<Usage>) -> Result<Usage, Failure> {
    runs.sort_by(|a, b| a.user.total_cmp(&b.user));
    runs.get(runs.len() / 2)
        .copied()
        .ok_or_else(|| Failure::Usage("error: no runs".to_owned()))
}
