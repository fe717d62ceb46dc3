//! The command line of the program.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use atlas_admin_fake::{EndpointSets, RateLimit, Scope};
use atlas_admin_runtime::operation::Method;
use atlas_admin_runtime::testing::ANY;
use lexopt::{Arg, Parser};

/// The help of the program.
pub const HELP: &str = "\
A fake of the MongoDB Atlas Administration API on loopback.

Usage: atlas-admin-fake [options]

Options:
  --port N                     Port on 127.0.0.1; 0, the default, takes a free one
  --tls                        Speak HTTPS, with a certificate authority of its own
  --ca-file PATH               File for the authority's certificate, as PEM
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
                               Endpoints that share a bucket (default: group)
  --rate-limit-scope credentials|project|organization|everyone
                               Callers that share a bucket (default: credentials)
  --no-retry-after             Send 429 without Retry-After
  --refuse 'METHOD PATH CODE'  Respond with 401 and an error code to a method and a path, as
                               to a missing role. METHOD * means any method. * in PATH matches
                               any text within a segment; PATH * means any path.
                               Repeatable
  --projects N                 Projects that exist at the start (default: 1)
  --clusters N                 Clusters in each of them (default: 1)
  --populate                   Create a missing resource when it is read, instead of
                               responding with 404
  --allow-missing              Accept bodies that lack a required property
  -h, --help                   Print this help

GET /fake/buckets returns the numbers of requests that each bucket of the rate limit admitted
and refused, as JSON.

Once the fake listens, it prints one line of NAME=VALUE pairs on standard output, separated by
spaces: url, and with --tls ca_file. Advice for people is on standard error. The fake ends on
SIGTERM and on Ctrl-C.
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
    /// The method; `None` means any.
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
    /// Reads a command line.
    ///
    /// # Errors
    ///
    /// Returns a message that names the invalid argument and the expected value.
    pub fn parse(mut parser: Parser) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
            let name = match argument {
                Arg::Long(name) => format!("--{name}"),
                Arg::Short('h') => "--help".to_owned(),
                other => return Err(other.unexpected().to_string()),
            };
            options.set(&name, &mut parser)?;
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, parser: &mut Parser) -> Result<(), String> {
        match name {
            "--tls" => self.tls = true,
            "--no-retry-after" => self.no_retry_after = true,
            "--populate" => self.populate = true,
            "--allow-missing" => self.allow_missing = true,
            "--help" => self.help = true,
            "--port" => self.port = number(name, parser)?,
            "--ca-file" => {
                self.tls = true;
                self.ca_file = Some(value(parser)?.into());
            }
            "--api-key" => self.api_key = Some(pair(name, "PUBLIC:PRIVATE", parser)?),
            "--service-account" => {
                self.service_account = Some(pair(name, "ID:SECRET", parser)?);
            }
            "--rate-limit" => self.bucket = Some(bucket(name, &text(name, parser)?)?),
            "--rate-limit-sets" => {
                let known = [
                    ("group", EndpointSets::ByGroup),
                    ("operation", EndpointSets::ByOperation),
                    ("one", EndpointSets::One),
                ];
                self.sets = one_of(name, known, parser)?;
            }
            "--rate-limit-scope" => {
                let known = [
                    ("credentials", Scope::Credentials),
                    ("project", Scope::Project),
                    ("organization", Scope::Organization),
                    ("everyone", Scope::Everyone),
                ];
                self.scope = one_of(name, known, parser)?;
            }
            "--refuse" => self.refused.push(refused(name, &text(name, parser)?)?),
            "--projects" => self.projects = Some(number(name, parser)?),
            "--clusters" => self.clusters = Some(number(name, parser)?),
            unknown => return Err(format!("unknown option {unknown:?}")),
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

fn value(parser: &mut Parser) -> Result<OsString, String> {
    parser.value().map_err(|error| error.to_string())
}

/// Reads a text; the message doesn't repeat the value, which may be a secret.
fn text(name: &str, parser: &mut Parser) -> Result<String, String> {
    value(parser)?.into_string().map_err(|_| format!("{name} must be UTF-8"))
}

fn number<T: FromStr>(name: &str, parser: &mut Parser) -> Result<T, String> {
    let value = text(name, parser)?;
    value.parse().map_err(|_| must_be(name, "a number that fits", &value))
}

/// Reads one of several named values.
fn one_of<T, const N: usize>(
    name: &str,
    known: [(&str, T); N],
    parser: &mut Parser,
) -> Result<T, String> {
    let value = text(name, parser)?;
    let names = known.each_ref().map(|(name, _)| *name).join(" or ");
    let found = known.into_iter().find(|(name, _)| *name == value);
    found.map(|(_, known)| known).ok_or_else(|| must_be(name, &names, &value))
}

fn must_be(name: &str, wanted: &str, value: &str) -> String {
    format!("{name} must be {wanted}, not {value:?}")
}

/// Reads two texts around a colon; the message doesn't repeat the value, which may be a secret.
fn pair(
    name: &str,
    wanted: &str,
    parser: &mut Parser,
) -> Result<(String, String), String> {
    match text(name, parser)?.split_once(':') {
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
        return Err(must_be(name, "'METHOD PATH CODE'", value));
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

fn bucket(name: &str, value: &str) -> Result<(u64, u64, Duration), String> {
    let wrong = || must_be(name, "CAPACITY[/REFILL/SECONDS]", value);
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
        Options::parse(Parser::from_args(line.split(' ').filter(|it| !it.is_empty())))
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
            ("--port", "missing argument for option '--port'"),
            ("--port 70000", "\"70000\""),
            ("--port -1", "\"-1\""),
            ("--tls=yes", "unexpected argument for option '--tls'"),
            ("--api-key secret", "PUBLIC:PRIVATE"),
            ("--rate-limit 1/2", "\"1/2\""),
            ("--rate-limit 1/2/-3", "\"1/2/-3\""),
            ("--rate-limit 1/2/NaN", "\"1/2/NaN\""),
            ("--rate-limit-scope me", "organization or everyone, not \"me\""),
            ("--refuse GET", "METHOD PATH CODE"),
            ("extra", "\"extra\""),
            ("-x", "'-x'"),
        ] {
            let problem = parse(line).unwrap_err();
            assert!(problem.contains(named), "{line}: {problem}");
            assert!(!problem.contains("secret"), "{problem}");
        }
    }
}
