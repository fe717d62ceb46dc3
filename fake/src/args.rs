//! The command line of the program.

use std::path::PathBuf;
use std::time::Duration;

use atlas_admin_fake::{EndpointSets, RateLimit, Scope};
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::testing::ANY;

/// The program's help.
pub const HELP: &str = "\
A fake of the MongoDB Atlas Administration API on loopback.

Usage: atlas-admin-fake [options]

Options:
  --port N                     Port on 127.0.0.1; 0, the default, takes a free one
  --tls                        Speak HTTPS, with a certificate authority of its own
  --ca-file PATH               Where the authority's certificate is written, as PEM
                               (default with --tls: atlas-admin-fake-<port>.pem in the
                               temporary folder); implies --tls
  --api-key PUBLIC:PRIVATE     API key that is accepted
                               (default: fakekey:00000000-fake-0000-0000-000000000000)
  --service-account ID:SECRET  Service account that is accepted
                               (default: mdb_sa_id_fake:mdb_sa_sk_fake)
  --rate-limit CAPACITY[/REFILL/SECONDS]
                               Token bucket of each operation group: it holds CAPACITY
                               requests, and gets REFILL (default: CAPACITY) every SECONDS
                               (default: 60; fractions are possible)
  --rate-limit-sets group|operation|one
                               Which endpoints share a bucket (default: group)
  --rate-limit-scope credentials|project|organization|everyone
                               Whose requests share a bucket (default: credentials)
  --no-retry-after             Send 429 without Retry-After
  --refuse 'METHOD PATH CODE'  Respond with 401 and an error code to a method and a path, as
                               to a missing role. METHOD may be *, for all of them; * in PATH
                               stands for any text within a segment, and alone for any path.
                               Repeatable
  --projects N                 Projects that are there at the start (default: 1)
  --clusters N                 Clusters in each of them (default: 1)
  --populate                   Make what nobody made when it is asked for, in place of 404
  --allow-missing              Take bodies that lack what the document requires
  -h, --help                   Print this help

GET /fake/buckets returns what each bucket of the rate limit admitted and refused, as JSON.

Once it listens, it prints one line of NAME=VALUE pairs on standard output, separated by
spaces: url, and with --tls ca_file. What people need to know is on standard error. It
ends on SIGTERM and on Ctrl-C.
";

/// The methods that the API uses.
pub const METHODS: [Method; 6] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Patch,
    Method::Delete,
];

/// The requests that are refused with an error code.
#[derive(Debug, PartialEq)]
pub struct Refused {
    /// `None` stands for any.
    pub method: Option<Method>,
    pub path: String,
    pub code: String,
}

/// The options of a command line.
#[derive(Debug, Default, PartialEq)]
pub struct Options {
    pub port: u16,
    pub tls: bool,
    pub ca_file: Option<PathBuf>,
    pub api_key: Option<(String, String)>,
    pub service_account: Option<(String, String)>,
    pub bucket: Option<(u64, u64, Duration)>,
    pub sets: EndpointSets,
    pub scope: Scope,
    pub no_retry_after: bool,
    pub refused: Vec<Refused>,
    pub projects: Option<usize>,
    pub clusters: Option<usize>,
    pub populate: bool,
    pub allow_missing: bool,
    pub help: bool,
}

impl Options {
    /// Reads a command line, without the program's name.
    ///
    /// # Errors
    ///
    /// Returns which argument can't be understood, and what it should be.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (name, mut inline) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => {
                    (name.to_owned(), Some(value.to_owned()))
                }
                _ => (argument, None),
            };
            if options.set_switch(&name)? {
                if inline.is_some() {
                    return Err(format!("{name} takes no value"));
                }
                continue;
            }
            let value = inline.take().or_else(|| arguments.next());
            let value = value.ok_or_else(|| format!("{name} needs a value after it"))?;
            options.set(&name, value)?;
        }
        Ok(options)
    }

    /// Sets what takes no value; tells whether it was one, and refuses what is unknown.
    fn set_switch(&mut self, name: &str) -> Result<bool, String> {
        match name {
            "--tls" => self.tls = true,
            "--no-retry-after" => self.no_retry_after = true,
            "--populate" => self.populate = true,
            "--allow-missing" => self.allow_missing = true,
            "-h" | "--help" => self.help = true,
            "--port" | "--ca-file" | "--api-key" | "--service-account"
            | "--rate-limit" | "--rate-limit-sets" | "--rate-limit-scope"
            | "--refuse" | "--projects" | "--clusters" => return Ok(false),
            other => return Err(format!("there is no option {other:?}")),
        }
        Ok(true)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), String> {
        match name {
            "--port" => self.port = number(name, &value)?,
            "--ca-file" => {
                self.tls = true;
                self.ca_file = Some(value.into());
            }
            "--api-key" => self.api_key = Some(pair(name, "PUBLIC:PRIVATE", &value)?),
            "--service-account" => {
                self.service_account = Some(pair(name, "ID:SECRET", &value)?);
            }
            "--rate-limit" => self.bucket = Some(bucket(&value)?),
            "--rate-limit-sets" => {
                self.sets = match &*value {
                    "group" => EndpointSets::ByGroup,
                    "operation" => EndpointSets::ByOperation,
                    "one" => EndpointSets::One,
                    _ => return Err(choice(name, "group, operation or one", &value)),
                };
            }
            "--rate-limit-scope" => {
                self.scope = match &*value {
                    "credentials" => Scope::Credentials,
                    "project" => Scope::Project,
                    "organization" => Scope::Organization,
                    "everyone" => Scope::Everyone,
                    _ => {
                        let known = "credentials, project, organization or everyone";
                        return Err(choice(name, known, &value));
                    }
                };
            }
            "--refuse" => self.refused.push(refused(name, &value)?),
            "--projects" => self.projects = Some(number(name, &value)?),
            "--clusters" => self.clusters = Some(number(name, &value)?),
            other => return Err(format!("there is no option {other:?}")),
        }
        Ok(())
    }

    /// Returns the rate limit, if one is set.
    pub fn rate_limit(&self) -> Option<RateLimit> {
        let (capacity, refill, per) = self.bucket?;
        let limit = RateLimit::new(capacity, refill, per)
            .endpoint_sets(self.sets)
            .scope(self.scope)
            .retry_after(!self.no_retry_after);
        Some(limit)
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| choice(name, "a number that fits", value))
}

fn choice(name: &str, wanted: &str, value: &str) -> String {
    format!("{name} must be {wanted}, not {value:?}")
}

/// Reads two texts around a colon; the message leaves out what may be a secret.
fn pair(name: &str, wanted: &str, value: &str) -> Result<(String, String), String> {
    match value.split_once(':') {
        Some((id, secret)) if !id.is_empty() && !secret.is_empty() => {
            Ok((id.to_owned(), secret.to_owned()))
        }
        _ => Err(format!("{name} must be {wanted}, with a colon between two texts")),
    }
}

/// Reads the method, the path and the error code of requests to refuse.
fn refused(name: &str, value: &str) -> Result<Refused, String> {
    let parts: Vec<&str> = value.split_whitespace().collect();
    let [method, path, code] = parts[..] else {
        return Err(choice(name, "'METHOD PATH CODE'", value));
    };
    let found = METHODS.into_iter().find(|known| known.as_str() == method);
    if found.is_none() && method != ANY {
        let known = METHODS.map(Method::as_str).join(", ");
        return Err(format!("{name}: METHOD must be {known} or *, not {method:?}"));
    }
    if !path.starts_with('/') && path != ANY {
        return Err(format!("{name}: PATH must begin with / or be *, not {path:?}"));
    }
    Ok(Refused { method: found, path: path.to_owned(), code: code.to_owned() })
}

fn bucket(value: &str) -> Result<(u64, u64, Duration), String> {
    let wrong = || choice("--rate-limit", "CAPACITY[/REFILL/SECONDS]", value);
    let parts: Vec<&str> = value.split('/').collect();
    let whole = |text: &str| text.parse::<u64>().map_err(|_| wrong());
    match parts[..] {
        [capacity] => {
            let capacity = whole(capacity)?;
            Ok((capacity, capacity, Duration::from_secs(60)))
        }
        [capacity, refill, seconds] => {
            let seconds: f64 = seconds.parse().map_err(|_| wrong())?;
            let per = Duration::try_from_secs_f64(seconds).map_err(|_| wrong())?;
            Ok((whole(capacity)?, whole(refill)?, per))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split(' ').filter(|it| !it.is_empty()).map(str::to_owned))
    }

    #[test]
    fn options_are_read() {
        assert_eq!(parse(""), Ok(Options::default()));
        let options = parse(
            "--port=8080 --ca-file a.pem --api-key a:b:c --rate-limit 5/2/0.5 --populate",
        )
        .unwrap();
        assert_eq!((options.port, options.tls, options.populate), (8080, true, true));
        assert_eq!(options.api_key, Some(("a".to_owned(), "b:c".to_owned())));
        assert_eq!(options.bucket, Some((5, 2, Duration::from_millis(500))));
        let limit = parse("--rate-limit 100").unwrap().rate_limit().unwrap();
        assert_eq!((limit.capacity, limit.refill, limit.per.as_secs()), (100, 100, 60));
    }

    #[test]
    fn what_is_refused_has_a_method_and_a_path() {
        for (text, method, path) in [
            ("POST /api/atlas/v2/groups A", Some(Method::Post), "/api/atlas/v2/groups"),
            ("GET * A", Some(Method::Get), "*"),
            ("* /api/* A", None, "/api/*"),
            ("* * A", None, "*"),
        ] {
            let (path, code) = (path.to_owned(), "A".to_owned());
            assert_eq!(
                refused("--refuse", text),
                Ok(Refused { method, path, code }),
                "{text}"
            );
        }
        for (text, named) in [
            ("FETCH * A", "METHOD must be GET, HEAD, POST, PUT, PATCH, DELETE or *"),
            ("get * A", "\"get\""),
            ("GET api/atlas/v2 A", "PATH must begin with /"),
            ("GET * A B", "METHOD PATH CODE"),
        ] {
            let problem = refused("--refuse", text).unwrap_err();
            assert!(problem.contains(named), "{text}: {problem}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, named) in [
            ("--prot 1", "--prot"),
            ("--port", "--port needs a value"),
            ("--port 70000", "\"70000\""),
            ("--port -1", "\"-1\""),
            ("--tls=yes", "takes no value"),
            ("--api-key secret", "PUBLIC:PRIVATE"),
            ("--rate-limit 1/2", "\"1/2\""),
            ("--rate-limit 1/2/-3", "\"1/2/-3\""),
            ("--rate-limit 1/2/NaN", "\"1/2/NaN\""),
            ("--rate-limit-scope me", "\"me\""),
            ("--refuse GET", "METHOD PATH CODE"),
            ("extra", "\"extra\""),
        ] {
            let problem = parse(line).unwrap_err();
            assert!(problem.contains(named), "{line}: {problem}");
            assert!(!problem.contains("secret"), "{problem}");
        }
    }
}
