//! The guide and the README: their programs are documentation tests of this crate.

/// Makes a module of each page, so that a test is named after its page.
macro_rules! pages {
    ($($page:ident: $path:literal,)*) => {
        /// The pages, by their paths from this folder.
        pub const PAGES: &[(&str, &str)] = &[$(($path, include_str!($path)),)*];

        $(
            #[doc = include_str!($path)]
            #[cfg(doctest)]
            mod $page {}
        )*
    };
}

pages! {
    start: "src/start.md",
    concepts: "src/concepts.md",
    auth: "src/auth.md",
    features: "src/features.md",
    tls: "src/tls.md",
    versions: "src/versions.md",
    what_an_update_can_change: "src/what-an-update-can-change.md",
    errors: "src/errors.md",
    limits: "src/limits.md",
    large_exports: "src/large-exports.md",
    paging: "src/paging.md",
    waiting: "src/waiting.md",
    updates: "src/updates.md",
    layers: "src/layers.md",
    from_the_go_sdk: "src/from-the-go-sdk.md",
    from_the_atlas_cli: "src/from-the-atlas-cli.md",
    from_reqwest: "src/from-reqwest.md",
    migration_table: "src/migration-table.md",
    telemetry: "src/telemetry.md",
    testing: "src/testing.md",
    measurements: "src/measurements.md",
    maintaining: "src/maintaining.md",
    style: "src/style.md",
    style_of_the_repository: "STYLE.md",
    readme: "../README.md",
    architecture: "../ARCHITECTURE.md",
    changelog: "../CHANGELOG.md",
    contributing: "../CONTRIBUTING.md",
    security: "../SECURITY.md",
    readme_of_the_crate: "../generated/README.md",
    readme_of_the_fake: "../fake/README.md",
    readme_of_the_runtime: "../runtime/README.md",
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::PAGES;

    fn folder() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[test]
    fn the_summary_lists_every_page_and_no_other() {
        let summary = include_str!("src/SUMMARY.md");
        let listed = summary
            .lines()
            .filter_map(|line| line.split_once("](")?.1.strip_suffix(')'));
        let mut listed: Vec<String> = listed.map(str::to_owned).collect();
        let files = fs::read_dir(folder().join("src")).expect("the pages");
        let mut files: Vec<String> = files
            .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
            .filter(|name| name != "SUMMARY.md")
            .collect();
        let mut tested: Vec<String> = PAGES
            .iter()
            .filter_map(|(path, _)| path.strip_prefix("src/"))
            .map(str::to_owned)
            .collect();
        listed.sort();
        files.sort();
        tested.sort();
        assert_eq!(listed, files);
        assert_eq!(tested, files);
    }

    /// The list on the page is the documentation of the tests, so that neither says more.
    #[test]
    fn each_sentence_on_updates_is_a_test() {
        let page = include_str!("src/updates.md");
        let sentences = page.lines().filter_map(|line| line.strip_prefix("- "));
        let tests = include_str!("../generated/tests/client/updates.rs");
        let tests = tests.lines().zip(tests.lines().skip(1));
        let tested = tests.filter(|(_, next)| *next == "#[test]");
        let tested = tested.filter_map(|(line, _)| line.strip_prefix("/// "));
        assert!(sentences.eq(tested), "the page and the tests differ");
    }

    #[test]
    fn links_to_files_find_them() {
        for (path, text) in PAGES {
            let from = folder().join(path);
            let targets =
                text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            for (target, _) in targets.filter(|(target, _)| !target.contains("://")) {
                let file = target.split('#').next().expect("a first part");
                let found = from.with_file_name(file);
                assert!(
                    found.exists(),
                    "{path} links to {target}, which does not exist"
                );
                let leaves = path.starts_with("src/") && file.contains("..");
                assert!(!leaves, "{path} links to {target}, which is not in the book");
            }
        }
    }
}
