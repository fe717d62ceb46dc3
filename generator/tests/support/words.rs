//! Reads the sentences for doc comments.

use std::fs;
use std::path::Path;

use atlas_admin_generator::Words;

/// Reads the files of a folder, such as `spec/words`.
pub fn read(folder: &Path) -> Words {
    let entries = fs::read_dir(folder).expect("a folder");
    let files: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(path).expect("sentences"))
        })
        .collect();
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Words::parse(files).unwrap_or_else(|found| {
        let said: Vec<String> = found.iter().map(ToString::to_string).collect();
        panic!("{}: {}", folder.display(), said.join("\n"))
    })
}
