//! The words of a spelling: the positions at which it is divided, and the proper nouns that are
//! one word.
//!
//! `heck` divides at every change of case, which splits `MongoDB` and `OAuth`. Rust counts a proper
//! noun as one word (C-CASE), so `mongoDBVersion` becomes `mongodb_version`.

use heck::ToSnakeCase;

use super::capitalized;

/// A proper noun: the words that `heck` divides it into, and its forms in snake and camel case.
struct Noun(&'static [&'static str], &'static str, &'static str);

/// The proper nouns of this API. Camel case keeps their usual capitals.
const NOUNS: &[Noun] = &[
    Noun(&["big", "query"], "bigquery", "BigQuery"),
    Noun(&["cloud", "watch"], "cloudwatch", "CloudWatch"),
    Noun(&["data", "dog"], "datadog", "Datadog"),
    Noun(&["dynamo", "db"], "dynamodb", "DynamoDb"),
    Noun(&["git", "hub"], "github", "GitHub"),
    Noun(&["graph", "ql"], "graphql", "GraphQl"),
    Noun(&["hip", "chat"], "hipchat", "HipChat"),
    Noun(&["i", "pv4"], "ipv4", "Ipv4"),
    Noun(&["i", "pv6"], "ipv6", "Ipv6"),
    Noun(&["java", "script"], "javascript", "JavaScript"),
    Noun(&["mongo", "db"], "mongodb", "MongoDb"),
    Noun(&["o", "auth"], "oauth", "OAuth"),
    Noun(&["o", "auth2"], "oauth2", "OAuth2"),
    Noun(&["open", "id"], "openid", "OpenId"),
    Noun(&["open", "ssl"], "openssl", "OpenSsl"),
    Noun(&["ops", "genie"], "opsgenie", "OpsGenie"),
    Noun(&["pager", "duty"], "pagerduty", "PagerDuty"),
    Noun(&["postgre", "sql"], "postgresql", "PostgreSql"),
    Noun(&["v", "cpu"], "vcpu", "Vcpu"),
    Noun(&["v", "net"], "vnet", "Vnet"),
    Noun(&["victor", "ops"], "victorops", "VictorOps"),
    Noun(&["wired", "tiger"], "wiredtiger", "WiredTiger"),
    Noun(&["x", "509"], "x509", "X509"),
];

/// Returns the words of a spelling in lower case; a proper noun is one word.
pub(crate) fn words(spelling: &str) -> Vec<String> {
    let cut = apart(spelling).to_snake_case();
    let pieces: Vec<&str> = cut.split('_').filter(|piece| !piece.is_empty()).collect();
    let mut words = Vec::new();
    let mut rest = pieces.as_slice();
    while let [first, others @ ..] = rest {
        let noun = NOUNS.iter().find(|noun| rest.starts_with(noun.0));
        words.push(noun.map_or(*first, |noun| noun.1).to_owned());
        rest = noun.map_or(others, |noun| &rest[noun.0.len()..]);
    }
    words
}

/// Returns a spelling in snake case.
pub(super) fn snake(spelling: &str) -> String {
    words(spelling).join("_")
}

/// Returns a spelling in upper camel case.
pub(super) fn camel(spelling: &str) -> String {
    let camel = |word: &String| match NOUNS.iter().find(|noun| noun.1 == word) {
        Some(noun) => noun.2.to_owned(),
        None => capitalized(word),
    };
    words(spelling).iter().map(camel).collect()
}

/// Separates words that `heck` doesn't: the plural of an acronym (`APIs`, `groupIDs`), and `X509`
/// after an acronym (`TLSX509`).
fn apart(spelling: &str) -> String {
    let characters: Vec<char> = spelling.chars().collect();
    let is_upper =
        |index: usize| characters.get(index).is_some_and(char::is_ascii_uppercase);
    let is_lower =
        |index: usize| characters.get(index).is_some_and(char::is_ascii_lowercase);
    let mut text = String::with_capacity(spelling.len());
    for (index, &character) in characters.iter().enumerate() {
        let follows_acronym = index >= 2 && is_upper(index - 1) && is_upper(index - 2);
        if character == 's' && follows_acronym && !is_lower(index + 1) {
            text.push_str("S ");
        } else if character == 'X'
            && characters[index..].starts_with(&['X', '5', '0', '9'])
        {
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
