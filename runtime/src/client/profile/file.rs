//! The file: one table per profile, and properties at the top that apply to all of them.

use toml::{Table, Value};

use crate::client::found::{Found, Setting};
use crate::client::scope::Scope;

/// The profile that the Atlas CLI uses by default.
const DEFAULT: &str = "default";

/// A file of the Atlas CLI.
#[derive(Debug)]
pub(super) struct File(Table);

impl File {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // The parser's own message is omitted: it quotes the line, which may hold a
        // secret.
        text.parse().map(Self).map_err(|_| "the file is not valid TOML".to_owned())
    }

    /// Returns the named profile; without a name, `default`, else the only profile.
    pub(super) fn profile(&self, name: Option<&str>) -> Result<Profile<'_>, String> {
        let names = || self.0.iter().filter(|(_, value)| value.is_table());
        let found = match name {
            Some(name) => find(&self.0, name),
            None => find(&self.0, DEFAULT).or_else(|| {
                let mut names = names();
                names.next().filter(|_| names.next().is_none())
            }),
        };
        if let Some((name, Value::Table(table))) = found {
            return Ok(Profile { name: name.to_lowercase(), table, top: &self.0 });
        }
        let names: Vec<_> = names().map(|(name, _)| format!("{name:?}")).collect();
        let others = match names.len() {
            0 => "the file has none: `atlas auth login` creates one".to_owned(),
            _ => format!("the file has {}", names.join(", ")),
        };
        Err(match name {
            Some(name) if name.contains('.') => format!(
                "there is no profile {name:?}: the Atlas CLI allows no dot in a name; {others}"
            ),
            Some(name) => format!("there is no profile {name:?}; {others}"),
            None => format!(
                "there are several profiles and none is {DEFAULT:?}: name one in \
                 MONGODB_ATLAS_PROFILE; {others}"
            ),
        })
    }
}

/// Finds a key regardless of case, as the Atlas CLI does. The exact spelling takes
/// precedence.
fn find<'t>(table: &'t Table, key: &str) -> Option<(&'t String, &'t Value)> {
    let lower = key.to_lowercase();
    let other = || table.iter().find(|(name, _)| name.to_lowercase() == lower);
    table.get_key_value(key).or_else(other)
}

/// A profile.
pub(super) struct Profile<'f> {
    /// The name of the profile in lower case, as the Atlas CLI uses it to store
    /// secrets.
    pub(super) name: String,
    /// The profile's own properties.
    pub(super) table: &'f Table,
    /// The properties at the top of the file, which take precedence over those of any
    /// profile.
    pub(super) top: &'f Table,
}

/// Returns a property that is set.
pub(super) fn property<'f>(table: &'f Table, key: &str) -> Option<&'f str> {
    let value = find(table, key)?.1.as_str()?.trim();
    (!value.is_empty()).then_some(value)
}

impl<'f> Profile<'f> {
    /// Returns a property of the file, else of the profile.
    pub(super) fn property(&self, key: &str) -> Option<&'f str> {
        property(self.top, key).or_else(|| property(self.table, key))
    }

    /// Returns all settings but the credentials.
    pub(super) fn settings(&self) -> Found {
        let own = |key: &str| self.property(key).map(str::to_owned);
        let setting = |keys: &[&str]| {
            let found =
                |table| keys.iter().find_map(|key| Some((*key, property(table, key)?)));
            let (key, value) = found(self.top).or_else(|| found(self.table))?;
            Some(Setting { name: key.to_owned(), value: value.to_owned() })
        };
        Found {
            base_url: setting(&["ops_manager_url", "base_url"]),
            service: setting(&["service"]),
            scope: Scope { org_id: own("org_id"), project_id: own("project_id") },
            ..Found::default()
        }
    }
}
