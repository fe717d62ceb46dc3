//! The words of a spelling: the positions at which it is divided, and the proper nouns that are
//! one word.
//!
//! `heck` divides at every change of case, which splits `MongoDB` and `OAuth`. Rust counts a proper
//! noun as one word (C-CASE), so `mongoDBVersion` becomes `mongodb_version`.

use heck::ToSnakeCase;

use super::push_capitalized;

/// A proper noun: its words as `heck` divides it, and its forms in snake and camel case.
struct Noun(&'static str, &'static str, &'static str);

/// The proper nouns of this API. Camel case keeps their usual capitals.
const NOUNS: &[Noun] = &[
    Noun("big_query", "bigquery", "BigQuery"),
    Noun("cloud_watch", "cloudwatch", "CloudWatch"),
    Noun("data_dog", "datadog", "Datadog"),
    Noun("dynamo_db", "dynamodb", "DynamoDb"),
    Noun("git_hub", "github", "GitHub"),
    Noun("graph_ql", "graphql", "GraphQl"),
    Noun("hip_chat", "hipchat", "HipChat"),
    Noun("i_pv4", "ipv4", "Ipv4"),
    Noun("i_pv6", "ipv6", "Ipv6"),
    Noun("java_script", "javascript", "JavaScript"),
    Noun("mongo_db", "mongodb", "MongoDb"),
    Noun("o_auth", "oauth", "OAuth"),
    Noun("o_auth2", "oauth2", "OAuth2"),
    Noun("open_id", "openid", "OpenId"),
    Noun("open_ssl", "openssl", "OpenSsl"),
    Noun("ops_genie", "opsgenie", "OpsGenie"),
    Noun("pager_duty", "pagerduty", "PagerDuty"),
    Noun("postgre_sql", "postgresql", "PostgreSql"),
    Noun("v_cpu", "vcpu", "Vcpu"),
    Noun("v_net", "vnet", "Vnet"),
    Noun("victor_ops", "victorops", "VictorOps"),
    Noun("wired_tiger", "wiredtiger", "WiredTiger"),
    Noun("x_509", "x509", "X509"),
];

/// Returns the words of a spelling in lower case; a proper noun is one word.
pub(crate) fn words(spelling: &str) -> Vec<String> {
    let divided = divided(spelling);
    each(&divided).map(str::to_owned).collect()
}

/// Returns a spelling in snake case.
pub(super) fn snake(spelling: &str) -> String {
    let divided = divided(spelling);
    let mut snake = String::with_capacity(divided.len());
    for word in each(&divided) {
        if !snake.is_empty() {
            snake.push('_');
        }
        snake.push_str(word);
    }
    snake
}

/// Returns a spelling in upper camel case.
pub(super) fn camel(spelling: &str) -> String {
    let divided = divided(spelling);
    let mut camel = String::with_capacity(divided.len());
    for word in each(&divided) {
        match NOUNS.iter().find(|noun| noun.1 == word) {
            Some(noun) => camel.push_str(noun.2),
            None => push_capitalized(word, &mut camel),
        }
    }
    camel
}

/// Divides a spelling at each change of case: words in lower case, with underscores between them.
fn divided(spelling: &str) -> String {
    apart(spelling).to_snake_case()
}

/// Returns the words of a divided spelling; a proper noun is one word.
fn each(divided: &str) -> impl Iterator<Item = &str> {
    let mut rest = divided;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let noun = NOUNS.iter().find(|noun| begins_with(rest, noun.0));
        let end = || rest.find('_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(noun.map_or_else(end, |noun| noun.0.len()));
        rest = after.trim_start_matches('_');
        Some(noun.map_or(word, |noun| noun.1))
    })
}

/// Tells whether a divided spelling begins with the words of a noun.
fn begins_with(divided: &str, words: &str) -> bool {
    // Most nouns have another first letter, and comparing that is much cheaper.
    divided.as_bytes().first() == words.as_bytes().first()
        && divided
            .strip_prefix(words)
            .is_some_and(|rest| matches!(rest.as_bytes(), [] | [b'_', ..]))
}

/// Separates words that `heck` doesn't: the plural of an acronym (`APIs`, `groupIDs`), and `X509`
/// after an acronym (`TLSX509`).
fn apart(spelling: &str) -> String {
    let bytes = spelling.as_bytes();
    let is_upper = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_uppercase);
    let is_lower = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_lowercase);
    let mut text = String::with_capacity(spelling.len());
    for (index, character) in spelling.char_indices() {
        let follows_acronym = index >= 2 && is_upper(index - 1) && is_upper(index - 2);
        if character == 's' && follows_acronym && !is_lower(index + 1) {
            text.push_str("S ");
        } else if character == 'X' && bytes[index..].starts_with(b"X509") {
            text.push_str(" X");
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proper_noun_is_one_word_however_it_is_spelt() {
        for spelling in ["mongoDBVersion", "MONGODB_VERSION", "MongoDbVersion"] {
            assert_eq!(snake(spelling), "mongodb_version");
            assert_eq!(camel(spelling), "MongoDbVersion");
        }
        assert_eq!(snake("oAuthToken"), "oauth_token");
        assert_eq!(snake("clientIPv6Address"), "client_ipv6_address");
        assert_eq!(snake("X.509 Authentication"), "x509_authentication");
        assert_eq!(camel("NDSX509UserAuthentication"), "NdsX509UserAuthentication");
    }

    #[test]
    fn the_plural_of_an_acronym_is_one_word() {
        assert_eq!(snake("groupIDs"), "group_ids");
        assert_eq!(snake("groupIDsByName"), "group_ids_by_name");
        assert_eq!(camel("AI Model APIs"), "AiModelApis");
    }

    #[test]
    fn other_words_are_cut_as_heck_cuts_them() {
        for spelling in ["diskSizeGB", "US_GOV_WEST_1", "mongosAudit", "openIssues"] {
            assert_eq!(snake(spelling), spelling.to_snake_case());
        }
    }

    /// A form that is divided again must be unchanged, because names are composed of names.
    #[test]
    fn every_form_is_read_back() {
        for noun in NOUNS {
            assert_eq!(snake(noun.1), noun.1);
            assert_eq!(snake(noun.2), noun.1);
            assert_eq!(camel(noun.1), noun.2);
        }
    }
}
