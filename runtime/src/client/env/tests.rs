use super::*;
use crate::client::found::GOVERNMENT;
use crate::client::kind::token;

const NOW: i64 = 1_800_000_000;

fn builder(variables: &[(&str, &str)]) -> Result<ClientBuilder, Error> {
    let read = |name: &str| {
        let found = variables.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    ClientBuilder::from_variables(&read, Timestamp::from_second(NOW).unwrap())
}

fn build(variables: &[(&str, &str)]) -> Result<Client, Error> {
    builder(variables)?.build()
}

const KEYS: [[&str; 2]; 3] = [
    ["MONGODB_ATLAS_PUBLIC_API_KEY", "MONGODB_ATLAS_PRIVATE_API_KEY"],
    ["MONGODB_ATLAS_PUBLIC_KEY", "MONGODB_ATLAS_PRIVATE_KEY"],
    ["MCLI_PUBLIC_API_KEY", "MCLI_PRIVATE_API_KEY"],
];

#[test]
fn reads_each_pair_and_the_base_url() {
    for (variables, auth) in [
        (["MONGODB_ATLAS_CLIENT_ID", "MONGODB_ATLAS_CLIENT_SECRET"], "ServiceAccount"),
        (KEYS[0], "ApiKey"),
        (KEYS[1], "ApiKey"),
        (KEYS[2], "ApiKey"),
    ] {
        let client = build(&[
            (variables[0], "id"),
            (variables[1], "hunter2"),
            ("MONGODB_ATLAS_BASE_URL", "http://127.0.0.1:1/"),
        ]);
        let debug = format!("{:?}", client.unwrap());
        assert!(
            debug.contains(auth) && debug.contains("http://127.0.0.1:1\""),
            "{debug}"
        );
        assert!(!debug.contains("hunter2"));
    }
}

#[test]
fn says_what_is_missing() {
    let message = |variables| build(variables).unwrap_err().to_string();
    let none = message(&[("MONGODB_ATLAS_CLIENT_ID", " ")]);
    assert!(none.contains("MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET"));
    assert!(none.contains("MONGODB_ATLAS_PUBLIC_API_KEY"));
    assert!(none.contains("MONGODB_ATLAS_ACCESS_TOKEN"));
    assert_eq!(
        message(&[("MONGODB_ATLAS_CLIENT_ID", "id")]),
        "MONGODB_ATLAS_CLIENT_ID is set, but MONGODB_ATLAS_CLIENT_SECRET is missing \
         or empty"
    );
    assert_eq!(
        message(&[("MONGODB_ATLAS_PRIVATE_KEY", "x")]),
        "MONGODB_ATLAS_PRIVATE_KEY is set, but MONGODB_ATLAS_PUBLIC_API_KEY is \
         missing or empty"
    );
    let url = message(&[
        ("MONGODB_ATLAS_CLIENT_ID", "id"),
        ("MONGODB_ATLAS_CLIENT_SECRET", "hunter2"),
        ("MONGODB_ATLAS_BASE_URL", "cloud.mongodb.com"),
    ]);
    assert!(url.starts_with("MONGODB_ATLAS_BASE_URL: the base URL"), "{url}");
}

#[test]
fn a_token_comes_before_a_service_account_and_that_before_a_key_with_a_warning() {
    let all = [
        ("MONGODB_ATLAS_ACCESS_TOKEN", "hunter2"),
        ("MONGODB_ATLAS_CLIENT_ID", "id"),
        ("MONGODB_ATLAS_CLIENT_SECRET", "hunter2"),
        ("MONGODB_ATLAS_PUBLIC_KEY", "public"),
        ("MONGODB_ATLAS_PRIVATE_KEY", "hunter2"),
    ];
    for (variables, auth, warning) in [
        (
            &all[..],
            "AccessToken",
            Some(
                "MONGODB_ATLAS_ACCESS_TOKEN is used, MONGODB_ATLAS_CLIENT_ID, \
                 MONGODB_ATLAS_CLIENT_SECRET, MONGODB_ATLAS_PUBLIC_KEY, \
                 MONGODB_ATLAS_PRIVATE_KEY ignored",
            ),
        ),
        (
            &all[1..],
            "ServiceAccount",
            Some(
                "MONGODB_ATLAS_CLIENT_ID with MONGODB_ATLAS_CLIENT_SECRET is used, \
                 MONGODB_ATLAS_PUBLIC_KEY, MONGODB_ATLAS_PRIVATE_KEY ignored",
            ),
        ),
        // Half of another kind is reported as well.
        (
            &all[2..],
            "ApiKey",
            Some(
                "MONGODB_ATLAS_PUBLIC_KEY with MONGODB_ATLAS_PRIVATE_KEY is used, \
                 MONGODB_ATLAS_CLIENT_SECRET ignored",
            ),
        ),
        (&all[3..], "ApiKey", None),
    ] {
        let builder = builder(variables).unwrap();
        let warnings = builder.warnings();
        assert_eq!(warnings.len(), usize::from(warning.is_some()), "{warnings:?}");
        if let Some(warning) = warning {
            assert!(warnings[0].ends_with(warning), "{warnings:?}");
        }
        let debug = format!("{builder:?} {:?}", builder.warnings());
        assert!(debug.contains(auth) && !debug.contains("hunter2"), "{debug}");
    }
}

#[test]
fn the_names_of_a_pair_are_of_one_age_where_they_can_be() {
    let [[newest, _], [_, old], [mcli_public, mcli_private]] = KEYS;
    let half = (newest, "newest");
    let pair = [half, (mcli_public, "oldest"), (mcli_private, "hunter2")];
    assert!(format!("{:?}", builder(&pair).unwrap()).contains("\"oldest\""));
    let mixed = [half, (old, "hunter2")];
    assert!(format!("{:?}", builder(&mixed).unwrap()).contains("\"newest\""));
}

#[test]
fn the_older_names_of_the_other_settings_come_last() {
    let base = [("MONGODB_ATLAS_ACCESS_TOKEN", "t")];
    let url = |more: &[(&str, &str)]| {
        let client = build(&[&base, more].concat()).unwrap();
        client.core().connection.base.as_str().to_owned()
    };
    let urls = [
        ("MONGODB_ATLAS_OPS_MANAGER_URL", "https://one.example"),
        ("MONGODB_ATLAS_BASE_URL", "https://two.example"),
        ("MCLI_OPS_MANAGER_URL", "https://three.example"),
        ("MONGODB_ATLAS_SERVICE", "cloudgov"),
        ("MCLI_SERVICE", "cloud"),
    ];
    assert_eq!(url(&urls), "https://one.example");
    assert_eq!(url(&urls[1..]), "https://two.example");
    assert_eq!(url(&urls[2..]), "https://three.example");
    assert_eq!(url(&urls[3..]), GOVERNMENT);
    assert_eq!(url(&urls[4..]), "https://cloud.mongodb.com");
    let wrong = [base[0], ("MONGODB_ATLAS_SERVICE", "cloud-gov")];
    let message = build(&wrong).unwrap_err().to_string();
    assert!(message.starts_with("MONGODB_ATLAS_SERVICE is \"cloud-gov\""), "{message}");

    let ids = [
        base[0],
        ("MONGODB_ATLAS_ORG_ID", "o1"),
        ("MCLI_ORG_ID", "o2"),
        ("MCLI_PROJECT_ID", "p2"),
    ];
    let client = build(&ids).unwrap();
    assert_eq!((client.org_id(), client.project_id()), (Some("o1"), Some("p2")));
    let client = builder(&ids).unwrap().org_id("o3").project_id("p3").build().unwrap();
    assert_eq!((client.org_id(), client.project_id()), (Some("o3"), Some("p3")));
}

#[test]
fn a_service_account_in_place_of_a_key_is_reported_plainly() {
    for [public, private] in KEYS {
        let whole = [(public, "mdb_sa_id_1"), (private, "hunter2")];
        for variables in [&whole[..], &whole[..1]] {
            let message = build(variables).unwrap_err().to_string();
            assert!(
                message.starts_with(public)
                    && message.contains("service account")
                    && message.contains("MONGODB_ATLAS_CLIENT_ID"),
                "{message}"
            );
            assert!(!message.contains("hunter2"));
        }
    }
}

#[test]
fn an_expired_token_is_reported_before_anything_is_sent() {
    let at = |exp: i64| {
        let token = token(&format!(r#"{{"exp":{exp}}}"#));
        build(&[("MONGODB_ATLAS_ACCESS_TOKEN", &token)])
    };
    assert!(at(NOW + 1).is_ok());
    let message = at(NOW).unwrap_err().to_string();
    assert!(message.starts_with("MONGODB_ATLAS_ACCESS_TOKEN expired at 2027-"));
}

#[cfg(feature = "tracing")]
#[test]
fn a_warning_is_an_event_too() {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let logged = || {
        let log = Log::default();
        let writer = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            let token = ("MONGODB_ATLAS_ACCESS_TOKEN", "hunter2");
            assert!(builder(&[token, ("MONGODB_ATLAS_CLIENT_ID", "id")]).is_ok());
        });
        String::from_utf8(log.0.lock().unwrap().clone()).unwrap()
    };
    // `tracing` asks once whether an event is wanted: the subscriber of the first thread
    // that reaches the event. That can be the thread of another test, without a
    // subscriber. It asks again when there is a new subscriber.
    let log = (0..100).map(|_| logged()).find(|log| !log.is_empty()).unwrap_or_default();
    assert!(
        log.contains("WARN") && log.contains("several kinds of credentials"),
        "{log}"
    );
    assert!(log.contains("MONGODB_ATLAS_CLIENT_ID ignored"), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
}
