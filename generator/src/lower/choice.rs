//! The schemas that a union chooses from, each on its own.

use openapiv3::Schema;

use super::Lowering;
use super::facets::{Facets, Node};
use crate::model::JsonKind;

impl<'d> Lowering<'d> {
    /// Returns the variants other than `null`, each with its index: `null` makes the value nullable
    /// instead.
    pub(super) fn choices(&self, facets: &Facets<'d>) -> Vec<(usize, Node<'d>)> {
        let listed = facets.variants().1.iter().map(Node::of).enumerate();
        listed.filter(|(_, node)| !self.is_null(*node)).collect()
    }

    /// Tells whether a schema allows nothing but `null`.
    pub(super) fn is_null(&self, node: Node<'d>) -> bool {
        self.resolve(node).is_some_and(|schema| {
            let values = Facets::of(schema).values;
            !values.is_empty() && values.iter().all(serde_json::Value::is_null)
        })
    }

    /// Returns the values of an enum of strings, or of a union of such enums.
    pub(super) fn strings_of(&self, node: Node<'d>) -> Option<Vec<String>> {
        self.strings_within(node, &mut Vec::new())
    }

    pub(super) fn strings_of_all(&self, nodes: &[Node<'d>]) -> Option<Vec<String>> {
        self.strings_of_all_within(nodes, &mut Vec::new())
    }

    /// Returns the values of an enum of strings. `path` holds the schemas that are being visited:
    /// one that leads back to itself has no values.
    fn strings_within(
        &self,
        node: Node<'d>,
        path: &mut Vec<&'d Schema>,
    ) -> Option<Vec<String>> {
        let schema = self.substance(node)?;
        if path.iter().any(|other| std::ptr::eq(*other, schema)) {
            return None;
        }
        let facets = Facets::of(schema);
        if let Some(values) = facets.strings() {
            return Some(values.into_iter().map(str::to_owned).collect());
        }
        let (_, listed) = facets.variants();
        path.push(schema);
        let nodes: Vec<Node<'d>> = listed.iter().map(Node::of).collect();
        let all = self.strings_of_all_within(&nodes, path);
        path.pop();
        all
    }

    fn strings_of_all_within(
        &self,
        nodes: &[Node<'d>],
        path: &mut Vec<&'d Schema>,
    ) -> Option<Vec<String>> {
        if nodes.is_empty() {
            return None;
        }
        let all: Option<Vec<_>> =
            nodes.iter().map(|node| self.strings_within(*node, path)).collect();
        Some(all?.concat())
    }

    pub(super) fn json_kind(&self, node: Node<'d>) -> Option<JsonKind> {
        let facets = Facets::of(self.substance(node)?);
        match facets.ty {
            Some("boolean") => Some(JsonKind::Boolean),
            Some("integer" | "number") => Some(JsonKind::Number),
            Some("string") => Some(JsonKind::String),
            Some("array") => Some(JsonKind::Array),
            Some("object") => Some(JsonKind::Object),
            _ if facets.has_properties()
                || !facets.all_of.is_empty()
                || facets.is_union() =>
            {
                Some(JsonKind::Object)
            }
            _ => None,
        }
    }

    pub(super) fn is_plain_record(&self, node: Node<'d>) -> bool {
        self.resolve(node).is_some_and(|schema| {
            let facets = Facets::of(schema);
            !facets.is_union() && (facets.has_properties() || !facets.all_of.is_empty())
        })
    }
}
