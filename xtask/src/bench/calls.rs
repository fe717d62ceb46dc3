//! Calls per second, compared with Go clients. One server gives all clients the same responses,
//! and counts connections and requests.
//!
//! The clients run in turns, and each figure is the median. The official SDK is measured if
//! `--sdk` names its source, because the SDK can't be a part of this repository. A client with
//! `net/http` alone is measured if Go is installed.

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::measure::Measure;
use crate::failure::Failure;

const TASKS: &str = "64";
const CALLS: u32 = 20_000;

/// The comparison, and its missing part.
pub(super) struct Comparison {
    pub(super) text: String,
    /// The reason why the official SDK was not measured; `None` if it was.
    pub(super) missing: Option<String>,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing.as_deref().unwrap_or_default();
        write!(f, "{}{missing}", self.text)
    }
}

/// A program that calls the server.
struct Client {
    name: &'static str,
    program: PathBuf,
    /// The further arguments of the program.
    settings: &'static [&'static str],
}

impl Client {
    fn new(name: &'static str, program: PathBuf) -> Self {
        Self { name, program, settings: &[] }
    }
}

/// A run of a program.
struct Run {
    /// The wall time in seconds.
    wall: f64,
    /// The CPU time in seconds: of all processors, in the program and in the kernel.
    cpu: f64,
    connections: u32,
    requests: u32,
    challenges: u32,
}

/// Compares the clients that can be built. `sdk` is the folder of the SDK's source.
pub(super) fn compare(
    measure: &Measure,
    sdk: Option<&Path>,
) -> Result<Comparison, Failure> {
    if Command::new("go").arg("version").output().is_err() {
        let missing =
            "Calls beside the Go SDK: not measured, Go is missing.\n".to_owned();
        return Ok(Comparison { text: String::new(), missing: Some(missing) });
    }
    let folder = write(measure)?;
    measure.cargo(&folder, "release", &["build", "--quiet", "--release"])?;
    let programs = measure.scratch.join("release/release");
    let mut clients = vec![Client::new("this crate", programs.join("ours"))];
    let missing = match sdk {
        Some(sdk) => {
            let program = build_sdk(&folder, sdk)?;
            clients.push(Client::new("the Go SDK", program));
            None
        }
        None => Some(
            "The Go SDK was not measured: pass the folder of its source, with its `go.mod` \
             (`--sdk FOLDER`).\n"
                .to_owned(),
        ),
    };
    let module = "module calls\n\ngo 1.19\n";
    let program = build_go(&folder, "nethttp", module, &[])?;
    clients.push(Client::new("`net/http` of Go", program.clone()));
    let name = "`net/http`, which keeps 64 connections";
    clients.push(Client { settings: &[TASKS], ..Client::new(name, program) });
    let server = Server::start(&programs.join("server"))?;
    let mut text = format!(
        "Calls that list two clusters, {CALLS} from {TASKS} tasks, against one server on the same \
         machine:\n\n| scheme | client | calls a second | CPU time a call | connections | requests \
         a call | challenges | calls of this crate | its CPU time |\n\
         |---|---|---|---|---|---|---|---|---|\n"
    );
    for scheme in ["oauth", "digest"] {
        text.push_str(&rows(measure, &server, &clients, scheme)?);
    }
    text.push_str(
        "\nThe budget beside the Go SDK: ≥ 2.5 × the calls over OAuth, ≥ 3.5 × over Digest, \
         ≤ 0.35 × the CPU time, and no more connections than tasks.\n",
    );
    Ok(Comparison { text, missing })
}

fn rows(
    measure: &Measure,
    server: &Server,
    clients: &[Client],
    scheme: &str,
) -> Result<String, Failure> {
    let mut runs: Vec<Vec<Run>> = clients.iter().map(|_| Vec::new()).collect();
    for _ in 0..measure.runs {
        for (client, runs) in clients.iter().zip(&mut runs) {
            runs.push(server.run(measure, client, scheme)?);
        }
    }
    let medians: Vec<Run> = runs.into_iter().filter_map(median).collect();
    let [ours, ..] = medians.as_slice() else { return Ok(String::new()) };
    let rows = clients.iter().zip(&medians).map(|(client, run)| {
        let calls = f64::from(CALLS);
        format!(
            "| {scheme} | {} | {:.0} | {:.1} µs | {} | {:.2} | {} | {:.2} × | {:.2} × |\n",
            client.name,
            calls / run.wall,
            run.cpu / calls * 1e6,
            run.connections,
            f64::from(run.requests) / calls,
            run.challenges,
            run.wall / ours.wall,
            ours.cpu / run.cpu,
        )
    });
    Ok(rows.collect())
}

/// Returns the run with the median CPU time, and in it the largest number of connections of all
/// runs.
fn median(mut runs: Vec<Run>) -> Option<Run> {
    runs.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    let connections = runs.iter().map(|run| run.connections).max()?;
    let median = runs.len() / 2;
    runs.into_iter().nth(median).map(|run| Run { connections, ..run })
}

/// The server, which ends when this value is dropped.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(program: &Path) -> Result<Self, Failure> {
        let failed = |error: io::Error| Failure::unreadable(program, &error);
        let command = Command::new(program).stdout(Stdio::piped()).spawn();
        let mut server = Self { process: command.map_err(failed)?, url: String::new() };
        if let Some(output) = server.process.stdout.take() {
            BufReader::new(output).read_line(&mut server.url).map_err(failed)?;
        }
        server.url.truncate(server.url.trim_end().len());
        Ok(server)
    }

    /// Runs a client once.
    fn run(
        &self,
        measure: &Measure,
        client: &Client,
        scheme: &str,
    ) -> Result<Run, Failure> {
        let calls = CALLS.to_string();
        let arguments = [&*self.url, scheme, TASKS, &calls];
        let arguments = arguments.iter().chain(client.settings).map(OsStr::new);
        let arguments: Vec<&OsStr> = arguments.collect();
        let (said, cpu) = measure.cpu(&client.program, &arguments)?;
        let failed = |error| Failure::unreadable(&client.program, &error);
        let counts = self.counts().map_err(failed)?;
        let numbers: Vec<u32> =
            counts.split(' ').filter_map(|number| number.parse().ok()).collect();
        match (said.trim().parse(), numbers.as_slice()) {
            (Ok(wall), &[connections, requests, challenges]) => {
                Ok(Run { wall, cpu, connections, requests, challenges })
            }
            _ => Err(Failure::Input(format!(
                "error: {} said {said:?}, and the server {counts:?}",
                client.program.display()
            ))),
        }
    }

    /// Returns the server's counts since the last time.
    fn counts(&self) -> io::Result<String> {
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://"))?;
        stream.write_all(b"GET /counts HTTP/1.1\r\n\r\n")?;
        stream.shutdown(std::net::Shutdown::Write)?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply.rsplit("\r\n").next().unwrap_or_default().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Builds the client of the SDK whose source is in a folder.
fn build_sdk(folder: &Path, sdk: &Path) -> Result<PathBuf, Failure> {
    let sdk = sdk.canonicalize().map_err(|error| Failure::unreadable(sdk, &error))?;
    let manifest = sdk.join("go.mod");
    let text = fs::read_to_string(&manifest)
        .map_err(|error| Failure::unreadable(&manifest, &error))?;
    let Some(name) = text.lines().find_map(|line| line.strip_prefix("module ")) else {
        let manifest = manifest.display();
        return Err(Failure::Input(format!("error: {manifest} names no module")));
    };
    let name = name.trim();
    // The name of a module ends with its major version, and its version must agree.
    let major = name.rsplit('/').next().filter(|major| major.starts_with('v'));
    let module = format!(
        "module calls\n\ngo 1.21\n\nrequire {name} {}.0.0\n\nreplace {name} => {}\n",
        major.unwrap_or("v0"),
        sdk.display()
    );
    let source = include_str!("calls/sdk.go").replace("MODULE", name);
    let file = folder.join("sdk.go");
    fs::write(&file, source).map_err(|error| Failure::unwritable(&file, &error))?;
    build_go(folder, "sdk", &module, &["-mod=mod", "-tags", "sdk"])
}

fn build_go(
    folder: &Path,
    name: &str,
    module: &str,
    arguments: &[&str],
) -> Result<PathBuf, Failure> {
    let manifest = folder.join("go.mod");
    fs::write(&manifest, module)
        .map_err(|error| Failure::unwritable(&manifest, &error))?;
    let program = folder.join(name);
    let outcome = Command::new("go")
        .arg("build")
        .args(arguments)
        .arg("-o")
        .args([&program, Path::new(".")])
        .current_dir(folder)
        .output()
        .map_err(|error| Failure::Input(format!("error: go: {error}")))?;
    if !outcome.status.success() {
        let said = String::from_utf8_lossy(&outcome.stderr);
        return Err(Failure::Input(format!("error: go build of {name}: {said}")));
    }
    Ok(program)
}

/// Writes the sources of the server and of the clients. Returns their folder.
fn write(measure: &Measure) -> Result<PathBuf, Failure> {
    let client = measure.client()?;
    let dependencies = format!(
        "{client}tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
    );
    let files = [
        ("page.json", include_str!("calls/page.json")),
        ("src/bin/server.rs", include_str!("calls/server.rs.in")),
        ("src/bin/ours.rs", include_str!("calls/ours.rs.in")),
        ("main.go", include_str!("calls/main.go")),
        ("nethttp.go", include_str!("calls/nethttp.go")),
    ];
    measure.write_crate("calls", &files, &dependencies)
}
