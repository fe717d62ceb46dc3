//! Operations: their parameters, versions, bodies and responses.

use openapiv3::{Operation as Source, PathItem, ReferenceOr, Server};
use serde_json::Value;

use super::Lowering;
use super::waits::WaitExtensions;
use crate::casing::capitalized;
use crate::model::{Method, Operation, Tag, operation_key};
use crate::pointer::Pointer;

/// The names of an operation: the key, of method and path, for origins, because it is stable; the
/// short name for types.
#[derive(Clone, Copy)]
pub(super) struct Called<'a> {
    pub(super) key: &'a str,
    pub(super) short: &'a str,
}

impl<'d> Lowering<'d> {
    pub(super) fn lower_operations(&mut self) {
        let document = self.document;
        let mut paths: Vec<(&'d String, &'d ReferenceOr<PathItem>)> =
            document.paths.iter().collect();
        paths.sort_unstable_by_key(|(path, _)| *path);
        for (path, item) in paths {
            let pointer = Pointer::root().child("paths").child(path);
            let ReferenceOr::Item(item) = item else {
                self.error(
                    "the path is a reference to another document",
                    &pointer,
                    "put the path's operations into the document",
                );
                continue;
            };
            let methods = [
                (Method::Get, "get", &item.get),
                (Method::Head, "head", &item.head),
                (Method::Post, "post", &item.post),
                (Method::Put, "put", &item.put),
                (Method::Patch, "patch", &item.patch),
                (Method::Delete, "delete", &item.delete),
            ];
            for (method, name, source) in methods {
                if let Some(source) = source {
                    let at = pointer.child(name);
                    self.lower_operation(path, method, item, source, &at);
                }
            }
            for (name, other) in [("options", &item.options), ("trace", &item.trace)] {
                if other.is_some() {
                    self.unmapped(
                        &pointer.child(name),
                        "operations with this method are not generated",
                    );
                }
            }
        }
        self.api
            .operations
            .sort_by(|a, b| (&a.path, a.method).cmp(&(&b.path, b.method)));
    }

    fn lower_operation(
        &mut self,
        path: &'d str,
        method: Method,
        item: &'d PathItem,
        source: &'d Source,
        at: &Pointer,
    ) {
        if self.is_elsewhere(item, source, at) {
            return;
        }
        self.note_side_effects(source, at);
        let id = source.operation_id.clone().filter(|id| !id.trim().is_empty());
        let id = id.unwrap_or_else(|| id_of_place(method, path));
        let text = |key: &str| {
            source.extensions.get(key).and_then(Value::as_str).map(str::to_owned)
        };
        let short = text("x-xgen-operation-id-override").unwrap_or_else(|| id.clone());
        let key = operation_key(method, path);
        let called = Called { key: &key, short: &short };
        let Some(parameters) = self.lower_parameters(path, item, source, called, at)
        else {
            return;
        };
        let versions = self.lower_versions(source, called, at);
        if versions.is_empty() {
            return;
        }
        let group = source.tags.first().map_or("Other", String::as_str);
        let tag = self.tag(group);
        if source.tags.len() > 1 {
            self.unmapped(
                &at.child("tags"),
                "only the first tag determines the operation's module",
            );
        }
        // Paging repeats the request, and repeating anything but a GET would repeat its effect.
        let is_paged = method == Method::Get
            && parameters.iter().any(|parameter| parameter.numbers_pages);
        let roles =
            source.extensions.get("x-rolesRequirements").and_then(Value::as_array);
        self.waits.extend(WaitExtensions::of(source, &key, at));
        self.api.operations.push(Operation {
            wait: None,
            offers_wait: false,
            short,
            tag,
            group: group.to_owned(),
            method,
            path: path.to_owned(),
            parameters,
            versions,
            deprecated: source.deprecated,
            has_builder: false,
            is_paged,
            is_anonymous: self.is_anonymous(source),
            roles: roles
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            docs_url: text("x-xgen-docs-url")
                .or_else(|| source.external_docs.as_ref().map(|docs| docs.url.clone())),
            prose: match (&source.summary, &source.description) {
                (Some(summary), Some(text)) => Some(format!("{summary}\n\n{text}")),
                (summary, text) => summary.as_ref().or(text.as_ref()).cloned(),
            },
            pointer: at.clone(),
            key,
            id,
        });
    }

    /// Tells whether another host than the document's serves an operation. Such an operation is
    /// left out, because credentials are sent only to the client's own host.
    fn is_elsewhere(
        &mut self,
        item: &'d PathItem,
        source: &'d Source,
        at: &Pointer,
    ) -> bool {
        let above = at.parent().unwrap_or_default();
        let (servers, at) = match source.servers.is_empty() {
            false => (&source.servers, at.clone()),
            true => (&item.servers, above),
        };
        let is_own = |server: &Server| {
            let url = server.url.trim_end_matches('/');
            let own = &self.document.servers;
            url.is_empty() || own.iter().any(|it| it.url.trim_end_matches('/') == url)
        };
        let is_elsewhere = !servers.is_empty() && !servers.iter().any(is_own);
        if is_elsewhere {
            let what =
                "not generated: another host than the document's serves the operation";
            self.unmapped(&at.child("servers"), what);
        }
        is_elsewhere
    }

    /// Notes effects of an operation beside its response, which are lost.
    fn note_side_effects(&mut self, source: &'d Source, at: &Pointer) {
        if !source.callbacks.is_empty() {
            self.unmapped(
                &at.child("callbacks"),
                "callbacks of the service are not received",
            );
        }
    }

    /// Tells whether an operation needs no credentials, as stated by itself or by the document.
    fn is_anonymous(&self, source: &'d Source) -> bool {
        let said = source.security.as_ref().or(self.document.security.as_ref());
        said.is_some_and(Vec::is_empty)
    }

    /// Returns the index of an operation group, adding a group that the document doesn't list.
    fn tag(&mut self, name: &str) -> usize {
        let tags = &mut self.api.tags;
        match tags.binary_search_by(|tag| tag.name.as_str().cmp(name)) {
            Ok(index) => index,
            Err(index) => {
                tags.insert(
                    index,
                    Tag { name: name.to_owned(), prose: None, module: None },
                );
                for operation in &mut self.api.operations {
                    operation.tag += usize::from(operation.tag >= index);
                }
                index
            }
        }
    }
}

/// Names an operation by its method and path: `getGroupsGroupIdClusters`.
fn id_of_place(method: Method, path: &str) -> String {
    let mut id = method.as_str().to_lowercase();
    id.extend(path.split(|c: char| !c.is_alphanumeric()).map(capitalized));
    id
}
