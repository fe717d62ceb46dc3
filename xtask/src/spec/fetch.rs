//! Downloads the published document.
//!
//! Every error ends with the manual alternative, because a build machine often has no network: any
//! copy of the document can be imported.

use std::io::{self, IsTerminal, Read, Write};
use std::time::Duration;

use ureq::config::ConfigBuilder;
use ureq::http::Response;
use ureq::typestate::AgentScope;
use ureq::{Agent, Body};

use crate::failure::Failure;

/// The address at which Atlas publishes its document.
pub(crate) const PUBLISHED: &str =
    "https://raw.githubusercontent.com/mongodb/openapi/main/openapi/v2.yaml";

/// The maximum size of a download, in bytes. The document has 4 MB, so a download of more than
/// sixteen times that size is something else.
const MAX_SIZE: u64 = 64 << 20;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The time limit of a download, which takes seconds.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Downloads a document.
pub(crate) fn fetch(url: &str) -> Result<Vec<u8>, Failure> {
    fetch_with(Agent::config_builder().timeout_global(Some(TIMEOUT)), url)
}

fn fetch_with(config: ConfigBuilder<AgentScope>, url: &str) -> Result<Vec<u8>, Failure> {
    let fail = |why: String| {
        Failure::Input(format!(
            "error: can't download {url}: {why}\n  help: download it by hand and run \
             `cargo xtask spec import PATH`"
        ))
    };
    let config = config
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .http_status_as_error(false)
        .user_agent("atlas-admin-xtask");
    let agent = config.build().new_agent();
    let response = agent.get(url).call().map_err(|error| fail(error.to_string()))?;
    let status = response.status();
    if !status.is_success() {
        return Err(fail(format!("the server responded with {status}")));
    }
    let bytes = receive(response).map_err(fail)?;
    if bytes.trim_ascii_start().starts_with(b"<") {
        let why = "the response is a web page (HTML), not the document; \
                   the URL has to be that of the raw file";
        return Err(fail(why.to_owned()));
    }
    Ok(bytes)
}

fn receive(response: Response<Body>) -> Result<Vec<u8>, String> {
    let declared = response.body().content_length();
    let mut reader = response.into_body().into_reader();
    let mut progress = Progress::new(declared);
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let read = reader.read(&mut chunk).map_err(|error| {
            format!("the connection broke after {} bytes: {error}", bytes.len())
        })?;
        bytes.extend_from_slice(&chunk[..read]);
        if read == 0 {
            break;
        }
        if bytes.len() as u64 > MAX_SIZE {
            return Err(format!("the response is larger than {MAX_SIZE} bytes"));
        }
        progress.show(bytes.len());
    }
    let received = bytes.len();
    match declared {
        Some(declared) if declared != received as u64 => {
            Err(format!("received {received} bytes instead of {declared}"))
        }
        _ => {
            progress.finish(received);
            Ok(bytes)
        }
    }
}

/// The progress of a download, on standard error.
struct Progress {
    declared: Option<u64>,
    is_terminal: bool,
}

impl Progress {
    fn new(declared: Option<u64>) -> Self {
        Self { declared, is_terminal: io::stderr().is_terminal() }
    }

    /// Overwrites the last report, which only a terminal supports.
    fn show(&mut self, received: usize) {
        if self.is_terminal {
            let total =
                self.declared.map(|total| format!(" of {total}")).unwrap_or_default();
            eprint!("\r{received}{total} bytes");
            let _ = io::stderr().flush();
        }
    }

    fn finish(&mut self, received: usize) {
        let start = if self.is_terminal { "\r" } else { "" };
        eprintln!("{start}downloaded {received} bytes            ");
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::*;

    /// Serves one connection and returns the URL to reach it.
    fn serve(respond: impl FnOnce(TcpStream) + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's address");
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            respond(stream);
        });
        format!("http://{address}/v2.yaml")
    }

    fn serve_text(response: &'static str) -> String {
        serve(move |mut stream| {
            let _ = stream.write_all(response.as_bytes());
        })
    }

    fn fetch_directly(url: &str) -> Result<Vec<u8>, String> {
        fetch_within(Duration::from_secs(30), url)
    }

    fn fetch_within(timeout: Duration, url: &str) -> Result<Vec<u8>, String> {
        // A proxy from the environment must not be used for the test's server.
        let config = Agent::config_builder().proxy(None).timeout_global(Some(timeout));
        fetch_with(config, url).map_err(|failure| failure.to_string())
    }

    fn assert_fails(url: &str, why: &str) {
        assert_failure(&fetch_directly(url).expect_err(why), url, why);
    }

    fn assert_failure(failure: &str, url: &str, why: &str) {
        assert!(
            failure.starts_with(&format!("error: can't download {url}: ")),
            "{failure}"
        );
        assert!(failure.contains(why), "{failure}");
        assert!(failure.contains("run `cargo xtask spec import PATH`"), "{failure}");
    }

    #[test]
    fn a_document_arrives_whole() {
        let url = serve_text("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nopenapi:");
        assert_eq!(fetch_directly(&url), Ok(b"openapi:".to_vec()));
        let url = serve_text(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nopen\r\n4\r\napi:\r\n0\r\n\r\n",
        );
        assert_eq!(fetch_directly(&url), Ok(b"openapi:".to_vec()));
    }

    #[test]
    fn an_error_of_the_server_is_told() {
        let url = serve_text("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno");
        assert_fails(&url, "the server responded with 404 Not Found");
    }

    #[test]
    fn a_web_page_is_not_taken_for_a_document() {
        let url =
            serve_text("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<!DOCTYPE html>");
        assert_fails(&url, "a web page (HTML)");
    }

    #[test]
    fn half_a_document_is_refused() {
        let url = serve_text("HTTP/1.1 200 OK\r\nContent-Length: 80\r\n\r\nopenapi:");
        assert_fails(&url, "the connection broke after 8 bytes");
        let url = serve_text(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nopenapi:\r\n",
        );
        assert_fails(&url, "the connection broke after 8 bytes");
    }

    #[test]
    fn a_silent_server_is_not_waited_for() {
        let url = serve(|stream| {
            // Holds the connection open until the client gives up.
            let _ = io::copy(&mut &stream, &mut io::sink());
        });
        let failure =
            fetch_within(Duration::from_millis(300), &url).expect_err("silence");
        assert_failure(&failure, &url, "timeout");
    }

    #[test]
    fn no_server_at_all_is_told() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's address");
        drop(listener);
        assert_fails(&format!("http://{address}/"), "refused");
    }
}
