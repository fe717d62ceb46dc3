use std::cell::RefCell;

use super::*;
use crate::client::found::GOVERNMENT;
use crate::client::kind::token;

const NOW: i64 = 1_800_000_000;

fn config<'a>(text: &str, keyring: Option<&'a Keyring>) -> Config<'a> {
    Config {
        file: File::parse(text).unwrap(),
        path: "/c.toml".to_owned(),
        now: Timestamp::from_second(NOW).unwrap(),
        keyring,
    }
}

fn builder(text: &str, name: Option<&str>) -> Result<ClientBuilder, Error> {
    config(text, None).find(name, true)?.into_builder()
}

fn message(text: &str, name: &str) -> String {
    let message = builder(text, Some(name)).unwrap_err().to_string();
    assert!(message.starts_with("/c.toml: "), "{message}");
    assert!(!message.contains("hunter2"), "{message}");
    message
}

/// Returns the `Debug` of a client and of its credentials.
fn debug(text: &str, name: &str) -> String {
    let builder = builder(text, Some(name)).unwrap();
    let credentials = format!("{builder:?}");
    format!("{credentials} {:?}", builder.build().unwrap())
}

const CONFIG: &str = r#"
    telemetry_enabled = true
    [default]
      org_id = "5a0a1e7e0f2912c554080adc"
      public_api_key = "abcdefgh"
      private_api_key = "hunter2"
      service = "cloud"
    [gov]
      client_id = 'mdb_sa_id_1'
      client_secret = 'hunter2'
      service = "cloudgov"
    [local]
      access_token = "hunter2"
      ops_manager_url = "http://localhost:8080/"
    [keyring]
      public_api_key = "abcdefgh"
"#;

#[test]
fn reads_every_kind_of_profile() {
    assert!(debug(CONFIG, "default").contains("ApiKey"));
    assert!(debug(CONFIG, "default").contains("https://cloud.mongodb.com"));
    assert!(debug(CONFIG, "gov").contains("ServiceAccount"));
    assert!(debug(CONFIG, "gov").contains(GOVERNMENT));
    assert!(debug(CONFIG, "local").contains("AccessToken"));
    assert!(debug(CONFIG, "local").contains("http://localhost:8080"));
}

#[test]
fn says_what_is_missing_and_no_secret() {
    assert!(message(CONFIG, "prod").contains("no profile \"prod\""));
    assert!(message(CONFIG, "prod").contains("\"gov\", \"keyring\", \"local\""));
    assert!(message(CONFIG, "keyring").contains("private_api_key"));
    assert!(message(CONFIG, "telemetry_enabled").contains("no profile"));
    assert!(message("", "default").contains("`atlas auth login` creates one"));
    assert!(message("[a.b]\nx = 1", "a.b").contains("no dot"));
    let broken = File::parse("[default]\nprivate_api_key = \"hunter2");
    assert!(!broken.unwrap_err().contains("hunter2"));
    let missing = ClientBuilder::from_config(Path::new("/nonexistent/x"), "default");
    assert!(missing.unwrap_err().to_string().contains("/nonexistent/x"));
    let url = "[default]\naccess_token = \"t\"\nbase_url = \"http://e.example\"";
    assert!(message(url, "default").starts_with("/c.toml: base_url: the base URL must"));
    let service = "[default]\naccess_token = \"t\"\nservice = \"clodgov\"";
    assert!(message(service, "default").contains("service is \"clodgov\""));
}

/// Files as written by releases of the CLI, in the words of these tests.
#[test]
fn reads_the_form_of_every_year() {
    let token = token(&format!(r#"{{"exp":{}}}"#, NOW + 60));
    let login = |properties: &str| {
        format!(
            "skip_update_check = true\ntelemetry_enabled = false\n\n[default]\n  \
             access_token = \"{token}\"\n  refresh_token = \"hunter2\"\n  {properties}\n"
        )
    };
    for (text, name, auth) in [
        // 2021: only keys, and the path of a program.
        (
            "mongosh_path = \"/usr/bin/mongosh\"\n[default]\n  org_id = \"o1\"\n  \
             output = \"json\"\n  private_api_key = \"hunter2\"\n  project_id = \"p1\"\n  \
             public_api_key = \"abcdefgh\"\n  service = \"cloud\"\n",
            "default",
            "ApiKey { public: \"abcdefgh\"",
        ),
        // 2022 and 2023: a device login, and settings of the CLI itself.
        (
            &login("org_id = \"o1\"\n  project_id = \"p1\"\n  service = \"cloud\""),
            "default",
            "AccessToken",
        ),
        // 2025: the file states the kind, and has a version.
        (
            "version = 2\n[default]\nauth_type = \"service_account\"\nclient_id = \
             \"mdb_sa_id_1\"\nclient_secret = \"hunter2\"\norg_id = \"o1\"\nproject_id = \
             \"p1\"\npublic_api_key = \"stale\"\nprivate_api_key = \"hunter2\"\n",
            "default",
            "ServiceAccount { id: \"mdb_sa_id_1\"",
        ),
        (
            &format!(
                "version = 2\n{}",
                login(
                    "auth_type = \"user_account\"\norg_id = \"o1\"\nproject_id = \"p1\""
                )
            ),
            "default",
            "AccessToken",
        ),
        (
            "version = 2\n[Prod-EU_1]\nauth_type = \"api_keys\"\npublic_api_key = \
             \"abcdefgh\"\nprivate_api_key = \"hunter2\"\naccess_token = \"stale\"\norg_id = \
             \"o1\"\nproject_id = \"p1\"\n",
            "PROD-eu_1",
            "ApiKey",
        ),
    ] {
        let builder = builder(text, Some(name)).unwrap();
        let debug = format!("{builder:?}");
        assert!(debug.contains(auth) && !debug.contains("hunter2"), "{debug}");
        let client = builder.build().unwrap();
        assert_eq!((client.org_id(), client.project_id()), (Some("o1"), Some("p1")));
    }
}

#[test]
fn the_kind_is_named_or_found_in_the_order_of_the_variables() {
    let all = "access_token = \"t\"\nclient_id = \"id\"\nclient_secret = \"s\"\n\
               public_api_key = \"p\"\nprivate_api_key = \"q\"\n";
    let of = |auth_type: &str| format!("[default]\nauth_type = \"{auth_type}\"\n{all}");
    let untyped = format!("[default]\n{all}");
    assert!(debug(&untyped, "default").contains("AccessToken"));
    let (_, no_token) = untyped.split_once("t\"\n").unwrap();
    let no_token = format!("[default]\n{no_token}");
    assert!(debug(&no_token, "default").contains("ServiceAccount"));
    assert!(debug(&of("api_keys"), "default").contains("ApiKey"));
    assert!(debug(&of("Service_Account"), "default").contains("ServiceAccount"));
    assert!(debug(&of("user_account"), "default").contains("AccessToken"));
    let none = message(&of("no_auth"), "default");
    assert!(none.contains("no_auth") && none.contains("`atlas auth login -P default`"));
    assert!(message(&of("magic"), "default").contains("auth_type = \"magic\""));
    let swapped = "[default]\npublic_api_key = \"mdb_sa_id_1\"\nprivate_api_key = \"s\"";
    assert!(message(swapped, "default").contains("into client_id"));
}

#[test]
fn an_expired_device_login_is_reported_unless_there_are_other_credentials() {
    let token = token(&format!(r#"{{"exp":{}}}"#, NOW - 1));
    let login = format!("access_token = \"{token}\"\nrefresh_token = \"hunter2\"\n");
    for properties in ["", "auth_type = \"user_account\"\n"] {
        let text = format!("[default]\n{properties}{login}");
        let message = message(&text, "default");
        assert!(
            message.contains("access_token expired at 2027-01-15T07:59:59Z")
                && message.contains("`atlas auth token` renews"),
            "{message}"
        );
    }
    let key = "public_api_key = \"p\"\nprivate_api_key = \"q\"\n";
    assert!(debug(&format!("[default]\n{login}{key}"), "default").contains("ApiKey"));
    let typed = format!("[default]\nauth_type = \"user_account\"\n{login}{key}");
    assert!(message(&typed, "default").contains("expired"));
}

#[test]
fn the_top_of_the_file_comes_first_and_no_pair_is_mixed() {
    let profile = "[default]\norg_id = \"o2\"\nproject_id = \"p2\"\nbase_url = \
                   \"https://two.example\"\nclient_id = \"two\"\nclient_secret = \"s\"\n";
    let over = |top: &str| builder(&format!("{top}{profile}"), None).unwrap();
    let top = "org_id = \"o1\"\nops_manager_url = \"https://one.example\"\n\
               public_api_key = \"one\"\nprivate_api_key = \"q\"\n";
    let builder_of_both = over(top);
    assert!(format!("{builder_of_both:?}").contains("public: \"one\""));
    let client = builder_of_both.build().unwrap();
    assert_eq!((client.org_id(), client.project_id()), (Some("o1"), Some("p2")));
    assert_eq!(client.core().connection.base.as_str(), "https://one.example");
    // The profile still states the kind, and a half at the top completes nothing.
    let named = over("auth_type = \"service_account\"\npublic_api_key = \"one\"\n");
    assert!(format!("{named:?}").contains("id: \"two\""));
    assert!(format!("{:?}", over("client_id = \"one\"\n")).contains("id: \"two\""));
    let halves = "client_id = \"one\"\n[default]\nclient_secret = \"hunter2\"\n";
    assert!(message(halves, "default").contains("client_id"));
    let url = "ops_manager_url = \"https://one.example\"\nbase_url = \
               \"https://two.example\"\n[default]\naccess_token = \"t\"\n";
    assert!(debug(url, "default").contains("https://one.example"));
    let alias = "base_url = \"https://two.example\"\n[default]\naccess_token = \
                 \"t\"\nops_manager_url = \"https://three.example\"\n";
    assert!(debug(alias, "default").contains("https://two.example"));
}

#[test]
fn names_have_no_case_and_the_only_profile_needs_none() {
    let text = "[work]\nAccess_Token = \"t\"\norg_id = \"o1\"\n\
                [\"Ärger\"]\naccess_token = \"t\"\n[\"a.b c\"]\naccess_token = \"t\"";
    for name in ["work", "Work", "WORK", "ärger", "a.b c"] {
        assert!(debug(text, name).contains("AccessToken"), "{name}");
    }
    let several = builder(text, None).unwrap_err().to_string();
    assert!(several.contains("MONGODB_ATLAS_PROFILE"), "{several}");
    let spelled = "[Prod]\norg_id = \"o1\"\naccess_token = \"t\"\n[prod]\norg_id = \
                   \"o2\"\naccess_token = \"t\"";
    for (name, id) in [("Prod", "o1"), ("prod", "o2")] {
        let client = builder(spelled, Some(name)).unwrap().build().unwrap();
        assert_eq!(client.org_id(), Some(id));
    }
    let only = "version = 2\n[Work]\naccess_token = \"t\"\n";
    assert!(builder(only, None).is_ok());
    assert!(message(only, "default").contains("no profile"));
    let default = "[a]\n[Default]\naccess_token = \"t\"\n";
    assert!(builder(default, None).is_ok());
}

/// The service and the properties that the keyring was queried for.
type Query = (String, Vec<String>);

/// A keyring with these items, and the list of its queries.
fn with_keyring(
    text: &str,
    items: &[(&str, &str)],
) -> (Result<Found, Error>, Vec<Query>) {
    thread_local!(static QUERIES: RefCell<Vec<Query>> = const { RefCell::new(Vec::new()) });
    let items: Vec<(String, String)> =
        items.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let keyring = move |service: &str, names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).into()).collect();
        let find = |name: &String| items.iter().find(|(other, _)| other == name);
        let found = names.iter().map(|name| Some(find(name)?.1.clone())).collect();
        QUERIES.with_borrow_mut(|queries| queries.push((service.to_owned(), names)));
        Ok(found)
    };
    let found = config(text, Some(&keyring)).find(None, true);
    (found, QUERIES.take())
}

#[test]
fn what_the_file_lacks_is_in_the_keyring() {
    let typed =
        "version = 2\n[Work]\nauth_type = \"service_account\"\norg_id = \"o1\"\n";
    let items = [("client_id", "mdb_sa_id_1"), ("client_secret", "hunter2\n")];
    let (found, queries) = with_keyring(typed, &items);
    assert_eq!(
        queries,
        [("atlascli_work".into(), vec!["client_id".into(), "client_secret".into()])]
    );
    let debug = format!("{:?}", found.unwrap().credentials);
    assert!(debug.contains("ServiceAccount { id: \"mdb_sa_id_1\""), "{debug}");
    // Half in the file, as after an interrupted migration.
    let half = "[default]\npublic_api_key = \"abcdefgh\"\n";
    let (found, queries) = with_keyring(half, &[("private_api_key", "hunter2")]);
    assert!(format!("{:?}", found.unwrap().credentials).contains("\"abcdefgh\""));
    assert_eq!(queries[0].1.len(), 4, "{queries:?}");
    // Nothing is missing, so the keyring is not queried.
    let (found, queries) = with_keyring("[default]\naccess_token = \"t\"\n", &items);
    assert!(found.is_ok() && queries.is_empty());
    let (found, _) = with_keyring(typed, &items[..1]);
    let message = found.unwrap_err().to_string();
    assert!(
        message.contains("\"atlascli_work\"") && message.contains("client_secret"),
        "{message}"
    );
    let expired = token(&format!(r#"{{"exp":{}}}"#, NOW - 1));
    let login = "[default]\nauth_type = \"user_account\"\n";
    let (found, _) = with_keyring(login, &[("access_token", &expired)]);
    let message = found.unwrap_err().to_string();
    assert!(message.starts_with("/c.toml: profile \"default\": access_token expired"));
    assert!(message.contains("`atlas auth token` renews"), "{message}");
}

#[test]
fn a_keyring_that_fails_and_the_missing_feature_are_reported() {
    let text = "version = 2\n[work]\nauth_type = \"service_account\"\n";
    let failing = |_: &str, _: &[&str]| Err("no D-Bus session bus".to_owned());
    let found = config(text, Some(&failing)).find(Some("work"), true);
    assert_eq!(
        found.unwrap_err().to_string(),
        "/c.toml: profile \"work\": client_id and client_secret are not in the file; the \
         system's keyring can't be read: no D-Bus session bus; or set \
         MONGODB_ATLAS_ACCESS_TOKEN to what `atlas auth token` prints, and use the environment"
    );
    let without = message(text, "work");
    for part in ["\"work\"", "client_secret", "atlascli_work", "feature `keyring`"] {
        assert!(without.contains(part), "{without}");
    }
    assert!(without.contains("`atlas auth token`"), "{without}");
    let found = config(text, Some(&failing)).find(Some("work"), false);
    assert!(found.is_ok(), "credentials that nobody wants are not looked for");
}
