//! The folder for configuration files, which contains the folder of the Atlas CLI.

use std::ffi::OsString;
use std::path::PathBuf;

/// The platform whose rules for folders apply.
#[derive(Clone, Copy)]
pub(super) enum Platform {
    Windows,
    Apple,
    Unix,
}

impl Platform {
    /// The platform of this build.
    pub(super) const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else if cfg!(target_vendor = "apple") {
        Self::Apple
    } else {
        Self::Unix
    };
}

/// Returns the folder for configuration files, as Go's `os.UserConfigDir` does: the CLI
/// is written in Go.
pub(super) fn folder(
    platform: Platform,
    read: &dyn Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let read = |name| read(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    match platform {
        Platform::Windows => read("AppData"),
        Platform::Apple => {
            Some(read("HOME")?.join("Library").join("Application Support"))
        }
        Platform::Unix => {
            read("XDG_CONFIG_HOME").or_else(|| Some(read("HOME")?.join(".config")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_folder_of_each_platform() {
        let at = |platform, variables: &[(&str, &str)]| {
            folder(platform, &|name| {
                let found = variables.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| value.into())
            })
        };
        let home = ("HOME", "/h");
        let other = [home, ("XDG_CONFIG_HOME", "/x"), ("AppData", "/a")];
        let joined = |parts: &[&str]| Some(parts.iter().collect());
        for (platform, variables, expected) in [
            (Platform::Unix, &[home][..], joined(&["/h", ".config"])),
            (
                Platform::Unix,
                &[home, ("XDG_CONFIG_HOME", "")],
                joined(&["/h", ".config"]),
            ),
            (Platform::Unix, &other, joined(&["/x"])),
            (Platform::Apple, &other, joined(&["/h", "Library", "Application Support"])),
            (Platform::Windows, &other, joined(&["/a"])),
            (Platform::Unix, &[], None),
            (Platform::Apple, &[("XDG_CONFIG_HOME", "/x")], None),
            (Platform::Windows, &[home], None),
        ] {
            assert_eq!(at(platform, variables), expected, "{variables:?}");
        }
    }
}
