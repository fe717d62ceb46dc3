use std::cell::RefCell;

use super::*;
use crate::client::found::Setting;
use crate::client::scope::Scope;
use crate::credentials::Credentials;

const KEY: [(&str, &str); 2] = [
    ("MONGODB_ATLAS_PUBLIC_API_KEY", "of-variable"),
    ("MONGODB_ATLAS_PRIVATE_API_KEY", "hunter2"),
];

/// The name of the profile that was read, and whether its credentials were read.
type ProfileRead = Option<(Option<String>, bool)>;

/// Infers from variables and a profile with all settings. Also returns how the profile
/// was read.
fn inferred(variables: &[(&str, &str)]) -> (Result<Found, Error>, ProfileRead) {
    let profile_read = RefCell::new(None);
    let read = |name: &str| {
        let found = variables.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let profile = |name: Option<&str>, with_credentials: bool| {
        *profile_read.borrow_mut() = Some((name.map(str::to_owned), with_credentials));
        if name == Some("missing") {
            return Err(fail("/c.toml: there is no profile \"missing\""));
        }
        let setting = |value: &str| {
            Some(Setting { name: "x".to_owned(), value: value.to_owned() })
        };
        Ok(Found {
            credentials: with_credentials
                .then(|| Credentials::api_key("of-profile", "hunter2")),
            base_url: setting("https://profile.example"),
            scope: Scope { org_id: Some("o1".into()), project_id: Some("p1".into()) },
            ..Found::default()
        })
    };
    let found = infer(&read, Timestamp::UNIX_EPOCH, &profile);
    (found, profile_read.into_inner())
}

#[test]
fn the_environment_comes_first_and_profiles_are_left_alone() {
    let (found, read) = inferred(&KEY);
    let builder = found.unwrap().into_builder().unwrap();
    assert!(format!("{builder:?}").contains("of-variable"));
    assert_eq!(read, None);
    assert_eq!(builder.build().unwrap().org_id(), None);
}

#[test]
fn a_profile_is_next_and_each_variable_comes_before_its_property() {
    let (found, read) = inferred(&[
        ("MONGODB_ATLAS_PROFILE", " work "),
        ("MONGODB_ATLAS_BASE_URL", "https://variable.example"),
        ("MONGODB_ATLAS_PROJECT_ID", "p2"),
    ]);
    assert_eq!(read, Some((Some("work".to_owned()), true)));
    let builder = found.unwrap().into_builder().unwrap();
    assert!(format!("{builder:?}").contains("of-profile"));
    let client = builder.build().unwrap();
    assert_eq!(client.core().connection.base.as_str(), "https://variable.example");
    assert_eq!((client.org_id(), client.project_id()), (Some("o1"), Some("p2")));
    assert_eq!(inferred(&[("MONGODB_ATLAS_PROFILE", "")]).1, Some((None, true)));
}

#[test]
fn credentials_of_the_environment_come_before_those_of_a_named_profile() {
    let named = [KEY[0], KEY[1], ("MONGODB_ATLAS_PROFILE", "work")];
    let (found, read) = inferred(&named);
    // Not even read, because the keyring need not be queried.
    assert_eq!(read, Some((Some("work".to_owned()), false)));
    let builder = found.unwrap().into_builder().unwrap();
    assert!(format!("{builder:?}").contains("of-variable"));
    let client = builder.build().unwrap();
    assert_eq!(client.core().connection.base.as_str(), "https://profile.example");
    assert_eq!(client.org_id(), Some("o1"));
}

#[test]
fn half_a_pair_is_never_completed_by_the_profile() {
    let (found, read) = inferred(&KEY[..1]);
    let message = found.unwrap_err().to_string();
    assert!(message.contains("MONGODB_ATLAS_PRIVATE_API_KEY is missing"), "{message}");
    assert_eq!(read, None);
}

#[test]
fn says_where_it_looked() {
    let missing = ("MONGODB_ATLAS_PROFILE", "missing");
    let message = inferred(&[missing]).0.unwrap_err().to_string();
    assert_eq!(
        message,
        format!(
            "no credentials: the environment has none ({}), and the profiles of the Atlas CLI \
             give none (MONGODB_ATLAS_PROFILE is \"missing\"): /c.toml: there is no profile \
             \"missing\"",
            env::LISTED
        )
    );
    let named = [KEY[0], KEY[1], missing];
    let message = inferred(&named).0.unwrap_err().to_string();
    assert!(message.starts_with("the profile can't be read (MONGODB_ATLAS_PROFILE is"));
}

#[cfg(not(feature = "profiles"))]
#[test]
fn says_that_profiles_are_a_feature() {
    let message = profile(None, true).unwrap_err().to_string();
    assert!(message.contains("feature `profiles`"), "{message}");
}
