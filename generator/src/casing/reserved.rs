//! Reserved names: those that generated code, the runtime or Cargo uses itself.
//!
//! The tests below derive each list from its source: the generated code of the golden cases, the
//! runtime's requests and builders, and the generated manifest. The tests fail if a name is missing,
//! or is reserved without need.

/// Names in the crate's root, and files in `src/`, which no module of an operation group may have.
pub(crate) const MODULES: &[&str] = &[
    "atlas_admin_runtime",
    "blocking",
    "bytes",
    "chrono",
    "codec",
    "error_code",
    "http",
    "indexmap",
    "jiff",
    "json",
    "layer",
    "lib",
    "list",
    "main",
    "mod",
    "operation",
    "registry",
    "set",
    "testing",
    "time",
    "transport",
    "types",
    "url",
];

/// The strict and reserved keywords of the edition 2024 (the Rust Reference, "Keywords").
pub(crate) const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const",
    "continue", "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn",
    "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct",
    "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// The Cargo features that are not operation groups.
pub(crate) const FEATURES: &[&str] = &[
    "api-keys",
    "blocking",
    "chrono",
    "default",
    "full",
    "http2",
    "keyring",
    "metrics",
    "native-tls",
    "older-versions",
    "preview",
    "profiles",
    "recording",
    "registry",
    "reqwest",
    "rustls-aws-lc-rs",
    "rustls-no-provider",
    "rustls-ring",
    "standard",
    "testing",
    "time",
    "tracing",
    "webpki-roots",
];

/// Names that the files of `types` use without a path.
pub(crate) const TYPES: &[&str] = &[
    "Box",
    "Date",
    "DateTime",
    "Extra",
    "Json",
    "Map",
    "Nullable",
    "Option",
    "Self",
    "String",
    "UndeclaredValue",
    "Vec",
];

/// Names that the modules of operation groups use without a path, which no builder may have.
pub(crate) const BUILDERS: &[&str] = &[
    "Download",
    "Each",
    "Into",
    "IntoList",
    "LongRunning",
    "Method",
    "Operation",
    "Option",
    "PagedRequest",
    "Parameter",
    "Polled",
    "Request",
    "Self",
    "Source",
    "String",
    "Vec",
    "Version",
    "Wait",
    "WaitingRequest",
];

/// Names that the modules of operation groups import, which no request function may have.
pub(crate) const FUNCTIONS: &[&str] = &["date", "types"];

/// The methods of builders and requests. No setter may have one of these names.
pub(crate) const METHODS: &[&str] = &[
    "accept",
    "body",
    "body_bytes",
    "clone",
    "fmt",
    "header",
    "headers",
    "iter",
    "iter_pages",
    "iter_pages_with",
    "iter_with",
    "left_out",
    "method",
    "missing",
    "operation",
    "pages",
    "pages_with",
    "path_and_query",
    "poll",
    "query",
    "send",
    "send_and_wait",
    "send_blocking",
    "send_blocking_with",
    "send_with",
    "set_header",
    "set_query",
    "stream",
    "stream_with",
    "to_curl",
    "wait",
    "with_output",
];

#[cfg(test)]
mod tests;
