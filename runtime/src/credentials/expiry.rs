//! The expiry of an access token.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// Returns the expiry of an access token, if the token is a JWT that states it (`exp`,
/// RFC 7519 section 4.1.4). The signature is not verified; the service does that.
pub(crate) fn expiry(token: &str) -> Option<Timestamp> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    let seconds = claims.get("exp")?;
    let seconds = seconds.as_i64().or_else(|| Some(seconds.as_f64()? as i64))?;
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_when_a_token_expires_and_nothing_else() {
        let token =
            |claims: &str| format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims));
        let at = |seconds| Timestamp::from_second(seconds).ok();
        assert_eq!(expiry(&token(r#"{"sub":"x","exp":1700000000}"#)), at(1_700_000_000));
        assert_eq!(expiry(&token(r#"{"exp":1700000000.5}"#)), at(1_700_000_000));
        for other in [
            "",
            "opaque",
            "mdb_sa_tk_x",
            "a.b.c",
            "..",
            &token("{}"),
            &token(r#"{"exp":"tomorrow"}"#),
            &token(r#"{"exp":9e300}"#),
            &token("[1]"),
        ] {
            assert_eq!(expiry(other), None, "{other}");
        }
    }
}
