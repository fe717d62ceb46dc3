//! The version of the workspace after an update.
//!
//! The rule is Cargo's. Before 1.0, a breaking change raises the second number, and any other
//! change the third. From 1.0 on, a major change raises the first number, a minor change the
//! second, and a patch the third. The version is raised once after the newest release, which has a
//! tag `v<version>`. An unreleased version stays, unless the update breaks more than that version
//! announces.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use atlas_admin_generator::Files;

use crate::diff::crates::Verdict;
use crate::failure::{Failure, read};
use crate::plan::Plan;

/// A version of this repository: always three numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version([u32; 3]);

/// The version before and after an update.
pub(super) struct Bump {
    old: Version,
    new: Version,
    released: Option<Version>,
    verdict: Verdict,
}

/// Determines the version after an update.
pub(super) fn plan(root: &Path, verdict: Verdict) -> Result<Bump, Failure> {
    let manifest = read_text(&root.join("Cargo.toml"))?;
    let old = present(&manifest).ok_or_else(|| {
        let why = "[workspace.package] of Cargo.toml has no version like 0.1.0";
        Failure::Input(format!("error: {why}"))
    })?;
    let released = released(root, old);
    Ok(Bump { old, new: next(old, released, verdict), released, verdict })
}

fn next(old: Version, released: Option<Version>, verdict: Verdict) -> Version {
    released.map_or(old, |released| old.max(released.raised(verdict)))
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let numbers: Option<Vec<u32>> =
            text.split('.').map(|number| number.parse().ok()).collect();
        Some(Self(numbers?.try_into().ok()?))
    }

    fn raised(self, verdict: Verdict) -> Self {
        let Self([first, second, third]) = self;
        Self(match (first, verdict) {
            (_, Verdict::Nothing) => self.0,
            (0, Verdict::Major) => [0, second + 1, 0],
            (0, _) | (_, Verdict::Patch) => [first, second, third + 1],
            (_, Verdict::Minor) => [first, second + 1, 0],
            (_, Verdict::Major) => [first + 1, 0, 0],
        })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([first, second, third]) = self;
        write!(f, "{first}.{second}.{third}")
    }
}

impl Bump {
    /// Returns a sentence that says whether the version changes, and why.
    pub(super) fn reason(&self) -> String {
        let word = self.verdict.word();
        match self.released {
            None => format!("{} stays: it is not released yet", self.old),
            Some(released) if self.old == self.new => format!(
                "{} stays: it is enough for a {word} change after {released}",
                self.old
            ),
            Some(released) => format!(
                "{} becomes {}: a {word} change after {released}, which is released",
                self.old, self.new
            ),
        }
    }

    /// Returns the line that is printed if the page is written to a file.
    pub(super) fn told(&self, day: &str) -> String {
        let word = self.verdict.word();
        format!("the document of {day}: {word}; version {}\n", self.reason())
    }

    /// Puts the version into the generated files that name it.
    pub(super) fn apply_to_files(&self, mut files: Files) -> Files {
        // The generator wrote the version that it was itself built with.
        let built = env!("CARGO_PKG_VERSION");
        for name in ["Cargo.toml", "README.md"] {
            if let Some(text) = files.get_mut(name) {
                *text = self.replace(text, built);
            }
        }
        files
    }

    /// Plans the manifests and the lock file.
    pub(super) fn plan(&self, root: &Path, plan: &mut Plan) -> Result<(), Failure> {
        if self.old == self.new {
            return Ok(());
        }
        for path in manifests(root)? {
            plan.add(&path, &self.replace(&read_text(&path)?, &self.old.to_string()))?;
        }
        let lock = root.join("Cargo.lock");
        plan.add(&lock, &self.replace_locked(&read_text(&lock)?))
    }

    /// Replaces the version of the workspace and of its crates among dependencies.
    fn replace(&self, text: &str, old: &str) -> String {
        let mut section = "";
        let lines = text.split_inclusive('\n').map(|line| {
            if line.starts_with('[') {
                section = line.trim();
            }
            let is_own = section == "[workspace.package]" && line.starts_with("version");
            if is_own || line.trim_start().starts_with("atlas-admin") {
                return ["", "=", "^", "~"].iter().fold(
                    line.to_owned(),
                    |line, sign| {
                        line.replace(
                            &format!("\"{sign}{old}\""),
                            &format!("\"{sign}{}\"", self.new),
                        )
                    },
                );
            }
            line.to_owned()
        });
        lines.collect()
    }

    /// Replaces the version of each package that has no source: those of the workspace.
    fn replace_locked(&self, text: &str) -> String {
        let line = |version: Version| format!("\nversion = \"{version}\"\n");
        let packages = text.split("\n\n").map(|package| {
            if package.contains("\nsource = ") {
                return package.to_owned();
            }
            let whole = format!("{package}\n").replace(&line(self.old), &line(self.new));
            whole.strip_suffix('\n').unwrap_or(&whole).to_owned()
        });
        packages.collect::<Vec<_>>().join("\n\n")
    }
}

fn present(manifest: &str) -> Option<Version> {
    let manifest: toml::Table = manifest.parse().ok()?;
    let version = manifest.get("workspace")?.get("package")?.get("version")?;
    Version::parse(version.as_str()?)
}

/// Returns the newest version with a tag, none newer than the present one.
fn released(root: &Path, present: Version) -> Option<Version> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["tag", "--list", "v*"]);
    // Where there is no git, nothing was released from here.
    let output = git.output().ok().filter(|output| output.status.success())?;
    let tags = String::from_utf8_lossy(&output.stdout).into_owned();
    let versions = tags.lines().filter_map(|tag| Version::parse(tag.strip_prefix('v')?));
    versions.filter(|version| *version <= present).max()
}

/// Returns the manifests of the workspace that are written by hand.
fn manifests(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = root.read_dir().map_err(|error| Failure::unreadable(root, &error))?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_name() != "generated")
        .map(|entry| entry.path().join("Cargo.toml"))
        .filter(|path| path.is_file())
        .collect();
    found.push(root.join("Cargo.toml"));
    found.sort();
    Ok(found)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect(text)
    }

    #[test]
    fn a_released_version_is_raised_by_the_verdict() {
        let cases = [
            ("0.1.0", Verdict::Nothing, "0.1.0"),
            ("0.1.0", Verdict::Patch, "0.1.1"),
            ("0.1.0", Verdict::Minor, "0.1.1"),
            ("0.1.9", Verdict::Major, "0.2.0"),
            ("1.2.3", Verdict::Patch, "1.2.4"),
            ("1.2.3", Verdict::Minor, "1.3.0"),
            ("1.2.3", Verdict::Major, "2.0.0"),
        ];
        for (old, verdict, new) in cases {
            let old = version(old);
            assert_eq!(next(old, Some(old), verdict).to_string(), new, "{old}");
        }
    }

    #[test]
    fn a_version_that_is_not_released_announces_enough_or_is_raised() {
        let (old, released) = (version("0.1.1"), version("0.1.0"));
        assert_eq!(next(old, None, Verdict::Major), old);
        assert_eq!(next(old, Some(released), Verdict::Minor), old);
        let raised = next(old, Some(released), Verdict::Major);
        assert_eq!(raised.to_string(), "0.2.0");
        assert_eq!(next(raised, Some(released), Verdict::Major), raised);
    }

    #[test]
    fn only_our_own_crates_get_the_version() {
        let bump = Bump {
            old: version("0.1.0"),
            new: version("0.2.0"),
            released: None,
            verdict: Verdict::Major,
        };
        let text = "[workspace.package]\nversion = \"0.1.0\"\n\n[dependencies]\n\
                    atlas-admin = { path = \"a\", version = \"=0.1.0\" }\nother = \"0.1.0\"\n";
        let expected = "[workspace.package]\nversion = \"0.2.0\"\n\n[dependencies]\n\
                        atlas-admin = { path = \"a\", version = \"=0.2.0\" }\nother = \"0.1.0\"\n";
        assert_eq!(bump.replace(text, "0.1.0"), expected);
        let readme =
            format!("atlas-admin = {{ version = {:?} }}\n", env!("CARGO_PKG_VERSION"));
        let files = bump.apply_to_files(Files::from([("README.md".to_owned(), readme)]));
        assert_eq!(files["README.md"], "atlas-admin = { version = \"0.2.0\" }\n");
        let lock = "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"0.1.0\"\n\n\
                    [[package]]\nname = \"b\"\nversion = \"0.1.0\"\nsource = \"registry\"\n\n\
                    [[package]]\nname = \"c\"\nversion = \"0.1.0\"\n";
        let expected = lock
            .replace("\"a\"\nversion = \"0.1.0\"", "\"a\"\nversion = \"0.2.0\"")
            .replace("\"c\"\nversion = \"0.1.0\"", "\"c\"\nversion = \"0.2.0\"");
        assert_eq!(bump.replace_locked(lock), expected);
    }
}
