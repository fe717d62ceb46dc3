//! The size of an API, which shows a reviewer the effect of a new document.

use std::collections::BTreeSet;

use crate::model::{Api, Kind, Operation};
use crate::sentences::{Coverage, Share};

const HEAD: &str = "\
# The size of the API. Written by `cargo xtask codegen`; review each changed number.
";

/// The size of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The number of operations.
    pub operations: usize,
    /// The number of pairs of an operation and one of its versions.
    pub operation_versions: usize,
    /// The number of distinct versions.
    pub versions: usize,
    /// The number of operation groups.
    pub tags: usize,
    /// The number of response formats, added up over all operation versions.
    pub formats: usize,
    /// The number of paged operations.
    pub paged: usize,
    /// The number of operations with a parameter for the page number, paged or not.
    pub page_numbers: usize,
    /// The number of operations with a wait.
    pub waits: usize,
    /// The number of response formats of operations with a wait, added up over their versions.
    pub waited_formats: usize,
    /// The number of response formats of deprecated operations, added up over their versions.
    pub deprecated: usize,
    /// The number of operation versions with a sunset date.
    pub sunsets: usize,
    /// The number of types with a name.
    pub types: usize,
    /// The number of secret fields of all records.
    pub secrets: usize,
    /// The number of files of the crate.
    pub files: usize,
    /// The number of parts of the document that the crate doesn't express.
    pub unmapped: usize,
    /// The shares of items with a sentence of our own.
    pub words: Coverage,
}

impl Summary {
    pub(crate) fn of(api: &Api, files: usize, words: Coverage) -> Self {
        let operations = || api.operations.iter();
        let versions = || operations().flat_map(|operation| &operation.versions);
        let tags: BTreeSet<usize> =
            operations().map(|operation| operation.tag).collect();
        Self {
            operations: api.operations.len(),
            operation_versions: api.operation_versions(),
            versions: api.versions().len(),
            tags: tags.len(),
            formats: operations().map(formats).sum(),
            paged: operations().filter(|operation| operation.is_paged).count(),
            page_numbers: operations().filter(|it| numbers_pages(it)).count(),
            waits: operations().filter(|operation| operation.wait.is_some()).count(),
            waited_formats: operations()
                .filter(|operation| operation.wait.is_some())
                .map(formats)
                .sum(),
            deprecated: operations()
                .filter(|operation| operation.deprecated)
                .map(formats)
                .sum(),
            sunsets: versions().filter(|version| version.sunset.is_some()).count(),
            types: api.types.len(),
            secrets: api.types.iter().map(|def| secrets(&def.kind)).sum(),
            files,
            unmapped: api.unmapped.len(),
            words,
        }
    }

    /// Returns each number with its name.
    pub fn numbers(&self) -> [(&'static str, usize); 25] {
        let words = &self.words;
        let without = |share: Share| share.all - share.said;
        [
            ("operations", self.operations),
            ("operation_versions", self.operation_versions),
            ("versions", self.versions),
            ("tags", self.tags),
            ("formats", self.formats),
            ("paged", self.paged),
            ("page_numbers", self.page_numbers),
            ("waits", self.waits),
            ("waited_formats", self.waited_formats),
            ("deprecated", self.deprecated),
            ("sunsets", self.sunsets),
            ("types", self.types),
            ("secrets", self.secrets),
            ("files", self.files),
            ("unmapped", self.unmapped),
            ("operations_with_words", words.operations.said),
            ("operations_without_words", without(words.operations)),
            ("tags_with_words", words.tags.said),
            ("tags_without_words", without(words.tags)),
            ("parameters_with_words", words.parameters.said),
            ("parameters_without_words", without(words.parameters)),
            ("types_with_words", words.types.said),
            ("types_without_words", without(words.types)),
            ("properties_with_words", words.properties.said),
            ("properties_without_words", without(words.properties)),
        ]
    }

    /// Returns the text of `summary.toml`.
    pub fn render(&self) -> String {
        let lines = self.numbers().map(|(name, number)| format!("{name} = {number}\n"));
        format!("{HEAD}{}", lines.concat())
    }
}

fn formats(operation: &Operation) -> usize {
    operation.versions.iter().map(|version| version.responses.len()).sum()
}

fn numbers_pages(operation: &Operation) -> bool {
    operation.parameters.iter().any(|parameter| parameter.numbers_pages)
}

fn secrets(kind: &Kind) -> usize {
    match kind {
        Kind::Record(record) => {
            record.fields.iter().filter(|field| field.secret).count()
        }
        _ => 0,
    }
}
