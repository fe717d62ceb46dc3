//! The names of operation groups and operations in other tools, derived by the rules of
//! those tools.

/// Returns the service of an operation group in the Go SDK: `ClustersApi`.
pub fn go_service(tag: &str) -> String {
    let words = tag.split(|character: char| !character.is_alphanumeric());
    let mut service: String = words.map(upper_first).collect();
    service.push_str("Api");
    service
}

/// Returns the method of an operation in the Go SDK: `GetCluster`.
pub fn go_method(name: &str) -> String {
    upper_first(name)
}

/// Returns the command of an operation group in the Atlas CLI: `atlas api clusters`.
pub fn cli_group(tag: &str) -> String {
    let words = words(tag);
    let words = words.iter().map(|word| word.to_lowercase());
    let words = words.enumerate().map(|(index, word)| match index {
        0 => word,
        _ => upper_first(&word),
    });
    words.collect()
}

/// Returns the words of a text. A capital letter after a small one begins a word.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for character in text.chars() {
        if was_lower && character.is_uppercase() || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(character);
        }
        was_lower = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn upper_first(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_each_tool() {
        for (tag, service, group) in [
            ("Clusters", "ClustersApi", "clusters"),
            ("AWS Clusters DNS", "AWSClustersDNSApi", "awsClustersDns"),
            ("MongoDB Cloud Users", "MongoDBCloudUsersApi", "mongoDbCloudUsers"),
            ("Monitoring and Logs", "MonitoringAndLogsApi", "monitoringAndLogs"),
            ("Push-Based Log Export", "PushBasedLogExportApi", "pushBasedLogExport"),
            ("X.509 Authentication", "X509AuthenticationApi", "x509Authentication"),
        ] {
            assert_eq!(go_service(tag), service);
            assert_eq!(cli_group(tag), group);
        }
        assert_eq!(go_method("getCluster"), "GetCluster");
    }
}
