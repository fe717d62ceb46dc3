//! The operations that were found, written as a program calls them.

use std::fmt;

use atlas_admin::codec::View;
use atlas_admin::registry::Entry;

/// The maximum width of a line of code.
const WIDTH: usize = 88;

/// An operation with its versions.
pub struct Found {
    /// The newest stable version first, if there is one.
    versions: Vec<&'static Entry>,
}

impl Found {
    /// Returns the operation with these versions, of which there is at least one.
    pub fn new(mut versions: Vec<&'static Entry>) -> Self {
        versions.sort_by_key(|entry| {
            (
                entry.function.path().contains("::"),
                std::cmp::Reverse(entry.operation.version),
            )
        });
        Self { versions }
    }

    /// Returns the version of the function without a date, else the newest.
    pub fn newest(&self) -> &'static Entry {
        self.versions[0]
    }

    /// Returns the operation on one line.
    pub fn line(&self) -> String {
        let operation = self.newest().operation;
        format!(
            "{}  {} {}",
            path(self.newest()),
            operation.method.as_str(),
            operation.path
        )
    }

    /// Returns the signature of the request function.
    pub fn signature(&self) -> String {
        let function = self.newest().function;
        let arguments: Vec<String> =
            function.arguments().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let (path, output) = (path(self.newest()), function.output());
        let line = format!("{path}({}) -> {output}", arguments.join(", "));
        if line.len() <= WIDTH {
            return line;
        }
        format!("{path}(\n    {},\n) -> {output}", arguments.join(",\n    "))
    }

    /// Returns the lines that call the function, for a program with a `client` and the arguments.
    pub fn call(&self) -> String {
        let function = self.newest().function;
        let arguments: Vec<_> = function.arguments().collect();
        let mut passed: Vec<String> =
            arguments.iter().map(|(name, _)| (*name).to_owned()).collect();
        let mut made = String::new();
        if let Some(make) = self.newest().body
            && let (Some(last), Some((name, ty))) = (passed.last_mut(), arguments.last())
        {
            let ty = ty.trim_start_matches('&');
            made = match make().view() {
                View::Record(_) => {
                    format!("let {name} = {ty} {{ ..Default::default() }};\n")
                }
                _ => format!("let {name}: {ty} = Default::default();\n"),
            };
            last.insert(0, '&');
        }
        let types = arguments.iter().any(|(_, ty)| ty.contains("types::"));
        let uses = match (function.module.split_once("::"), types) {
            (Some((root, module)), true) => format!("use {root}::{{{module}, types}};"),
            _ => format!("use {};", function.module),
        };
        let kept = if function.output() == "()" { "" } else { "let response = " };
        let request = format!("{}({})", path(self.newest()), passed.join(", "));
        let line = format!("{kept}{request}.send(&client).await?;");
        let sent = if line.len() <= WIDTH {
            line
        } else {
            format!("{kept}{request}\n    .send(&client)\n    .await?;")
        };
        format!("{uses}\n{made}{sent}")
    }

    /// Returns the dates of the versions, each with its module.
    fn versions(&self) -> String {
        let versions: Vec<String> = self
            .versions
            .iter()
            .map(|entry| {
                let over = match entry.operation.sunset {
                    Some(day) => format!(", may be gone after {day}"),
                    None => String::new(),
                };
                format!("{}  {}{over}", entry.operation.version, path(entry))
            })
            .collect();
        versions.join("\n")
    }
}

/// Everything about the operation, one fact in each paragraph.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.newest().operation;
        let deprecated = if operation.deprecated { ", deprecated" } else { "" };
        writeln!(
            f,
            "{} ({}{deprecated})\n  {} {}",
            operation.id,
            operation.tag,
            operation.method.as_str(),
            operation.path
        )?;
        let optional: Vec<&str> = operation
            .parameters
            .iter()
            .filter(|parameter| !parameter.required)
            .map(|parameter| parameter.name)
            .collect();
        paragraph(f, "signature", &self.signature())?;
        paragraph(f, "may be set", &optional.join(", "))?;
        paragraph(f, "roles", &operation.roles.join(", "))?;
        paragraph(f, "versions", &self.versions())?;
        paragraph(f, "call", &self.call())
    }
}

/// Writes lines under a heading, if there are any.
fn paragraph(f: &mut fmt::Formatter<'_>, heading: &str, text: &str) -> fmt::Result {
    let mut heading = heading;
    for line in text.lines() {
        writeln!(f, "  {heading:<12}{line}")?;
        heading = "";
    }
    Ok(())
}

/// Returns the path of the request function for a program that imports the module of its group.
fn path(entry: &Entry) -> String {
    let module = entry.function.module;
    let module = module.rsplit("::").next().unwrap_or(module);
    format!("{module}::{}", entry.function.path())
}
