//! `atlas-admin-fake`: the fake of the service as a program, for clients in any language.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use args::{HELP, METHODS, Options, Refused};
use atlas_admin_fake::{API_KEY, Builder, FakeService};
use lexopt::Parser;

mod args;

/// The exit code for an invalid command line, as usual for programs.
const USAGE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Options::parse(Parser::from_env()) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("atlas-admin-fake: {problem}; --help lists the options");
            return ExitCode::from(USAGE);
        }
    };
    if options.help {
        // A reader that closed the pipe is no failure.
        _ = std::io::stdout().write_all(HELP.as_bytes());
        return ExitCode::SUCCESS;
    }
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("atlas-admin-fake: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), String> {
    // Before the line that says the fake listens, so that a signal right after it is not lost.
    let end = end()?;
    let port = options.port;
    let service = builder(&options)?.start().await.map_err(|error| {
        format!(
            "port {port} of 127.0.0.1 can't be used: {error}; choose another with --port"
        )
    })?;
    let projects = options.projects.unwrap_or(1);
    service.seed(projects, options.clusters.unwrap_or(1));
    for Refused { method, path, code } in &options.refused {
        for method in METHODS.into_iter().filter(|it| method.is_none_or(|of| of == *it))
        {
            service.lack_role_on_path(method, path, code);
        }
    }
    let mut line = format!("url={}", service.url());
    if let Some(certificate) = service.certificate() {
        let path = options.ca_file.clone().unwrap_or_else(|| default_file(&service));
        std::fs::write(&path, certificate).map_err(|error| {
            let path = path.display();
            format!("{path} can't be written: {error}; choose another with --ca-file")
        })?;
        line += &format!(" ca_file={}", path.display());
    }
    let mut output = std::io::stdout();
    // The program that started the fake may have closed the pipe.
    _ = writeln!(output, "{line}").and_then(|()| output.flush());
    if options.service_account.is_none() && options.api_key.is_none() {
        explain(&service);
    }
    end.await;
    Ok(())
}

/// Prints instructions for people on standard error. The line for programs is on standard output.
fn explain(service: &FakeService) {
    let mut text =
        "# Copy this into the shell that the program is run from:\n".to_owned();
    for (name, value) in service.env() {
        text += &format!("export {name}={value}\n");
    }
    text += "# Or, for an API key instead of the service account:\n";
    text += &format!("#export MONGODB_ATLAS_PUBLIC_API_KEY={}\n", API_KEY.0);
    text += &format!("#export MONGODB_ATLAS_PRIVATE_API_KEY={}\n", API_KEY.1);
    _ = std::io::stderr().write_all(text.as_bytes());
}

fn builder(options: &Options) -> Result<Builder, String> {
    let mut builder = FakeService::builder().port(options.port).forget_requests();
    if let Some((public, private)) = &options.api_key {
        builder = builder.api_key(public, private);
    }
    if let Some((id, secret)) = &options.service_account {
        builder = builder.service_account(id, secret);
    }
    if let Some(limit) = options.rate_limit() {
        builder = builder.rate_limit(limit);
    }
    if options.populate {
        builder = builder.populate();
    }
    if options.allow_missing {
        builder = builder.allow_missing();
    }
    if options.tls {
        builder = with_tls(builder)?;
    }
    Ok(builder)
}

#[cfg(feature = "tls")]
fn with_tls(builder: Builder) -> Result<Builder, String> {
    Ok(builder.tls())
}

#[cfg(not(feature = "tls"))]
fn with_tls(_: Builder) -> Result<Builder, String> {
    Err("this program was built without TLS; build it with --features tls".to_owned())
}

fn default_file(service: &FakeService) -> PathBuf {
    let url = service.url();
    let port = url.rsplit(':').next().unwrap_or_default();
    std::env::temp_dir().join(format!("atlas-admin-fake-{port}.pem"))
}

/// Returns a future that ends at SIGTERM or Ctrl-C.
#[cfg(unix)]
fn end() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| {
        signal(kind).map_err(|error| format!("can't listen for signals: {error}"))
    };
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Returns a future that ends at Ctrl-C.
#[cfg(not(unix))]
fn end() -> Result<impl Future<Output = ()>, String> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
