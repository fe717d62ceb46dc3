//! The error format of the service. Parsing it never fails, so that an error is never
//! lost.

use crate::codec::Json;

/// The body of an error response of the service (schema `ApiError`).
///
/// Every field may be missing: proxies and gateways respond in other formats.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ApiError {
    /// The problem, for people.
    pub detail: Option<String>,
    /// The status, repeated in the body.
    pub error: Option<i64>,
    /// The error code, for programs: `CLUSTER_NOT_FOUND`. For the token endpoint,
    /// OAuth's `error` (RFC 6749 section 5.2).
    pub error_code: Option<String>,
    /// The values inserted into `detail`. The values are nearly always strings, but the
    /// document leaves their type open.
    pub parameters: Vec<Json>,
    /// The reason phrase of the status.
    pub reason: Option<String>,
    /// The problems of single fields of the request (`badRequestDetail`).
    pub bad_request_detail: Option<Json>,
}

impl ApiError {
    /// Parses a body in the service's error format or in OAuth's (RFC 6749 section 5.2).
    /// For any other body, every field is empty.
    pub fn parse(body: &[u8]) -> Self {
        let Ok(Json::Object(mut object)) = Json::from_slice(body) else {
            return Self::default();
        };
        let mut text = |key: &str| match object.shift_remove(key) {
            Some(Json::String(text)) => Some(text),
            _ => None,
        };
        let detail = text("detail").or_else(|| text("error_description"));
        let mut error_code = text("errorCode");
        let reason = text("reason");
        let error = object.get("error").and_then(Json::as_i64);
        if let (None, Some(Json::String(code))) = (&error_code, object.get("error")) {
            error_code = Some(code.clone());
        }
        let parameters = match object.shift_remove("parameters") {
            Some(Json::Array(parameters)) => parameters,
            _ => Vec::new(),
        };
        let bad_request_detail =
            object.shift_remove("badRequestDetail").filter(|detail| !detail.is_null());
        Self { detail, error, error_code, parameters, reason, bad_request_detail }
    }

    /// Returns true if the code names a role that the caller lacks, such as
    /// `NOT_ORG_GROUP_CREATOR` and `API_KEY_ACCESS_LIST_ACCESS_DENIED`. The service then
    /// knows the credentials, even if it responds with 401.
    pub(crate) fn names_a_missing_role(&self) -> bool {
        let Some(code) = &self.error_code else { return false };
        let code = code.to_ascii_uppercase();
        let of_credentials = ["TOKEN", "CREDENTIAL", "NOT_AUTH", "EXPIRED", "REVOKED"];
        let of_roles = [
            "UNAUTHORIZED_",
            "FORBIDDEN",
            "ROLE",
            "OWNER",
            "PERMISSION",
            "PRIVILEGE",
            "NOT_ALLOWED",
            "NOT_IN_",
            "CANNOT_",
            "ACCESS_LIST",
        ];
        let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
        let is_role = code.starts_with("NOT_")
            || code.ends_with("_UNAUTHORIZED")
            || code.ends_with("_DENIED");
        !has(&of_credentials) && (is_role || has(&of_roles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_distinguishes_a_missing_role_from_unknown_credentials() {
        let names = |code: &str| {
            ApiError { error_code: Some(code.into()), ..Default::default() }
                .names_a_missing_role()
        };
        for role in [
            "NOT_ORG_GROUP_CREATOR",
            "API_KEY_ACCESS_LIST_ACCESS_DENIED",
            "USER_UNAUTHORIZED",
            "NOT_IN_GROUP",
            "INSUFFICIENT_PERMISSIONS",
            "USER_NOT_IN_ORG",
            "ORG_OWNER_REQUIRED",
            "ACCESS_FORBIDDEN",
            "RESOURCE_ACCESS_NOT_ALLOWED",
            "CANNOT_CHANGE_GROUP_NAME",
            "ORG_REQUIRES_ACCESS_LIST",
            "not_org_group_creator",
        ] {
            assert!(names(role), "{role}");
        }
        for other in [
            "UNEXPECTED_ERROR",
            "UNAUTHORIZED",
            "INVALID_SERVICE_ACCOUNT_TOKEN",
            "TOKEN_UNAUTHORIZED",
            "NOT_AUTHENTICATED",
            "NOT_AUTHORIZED",
            "EXPIRED_ACCESS_TOKEN",
            "CREDENTIALS_NOT_ALLOWED",
            "invalid_client",
            "",
        ] {
            assert!(!names(other), "{other}");
        }
        assert!(!ApiError::default().names_a_missing_role());
    }

    #[test]
    fn reads_both_formats_and_survives_neither() {
        let atlas = ApiError::parse(
            br#"{"detail":"No cluster.","error":404,"errorCode":"CLUSTER_NOT_FOUND","parameters":["a",1],"reason":"Not Found","badRequestDetail":{"fields":[]}}"#,
        );
        assert_eq!(atlas.detail.as_deref(), Some("No cluster."));
        assert_eq!(atlas.error, Some(404));
        assert_eq!(atlas.error_code.as_deref(), Some("CLUSTER_NOT_FOUND"));
        assert_eq!(atlas.parameters.len(), 2);
        assert!(atlas.bad_request_detail.is_some());

        let oauth = ApiError::parse(
            br#"{"error":"invalid_client","error_description":"Wrong secret"}"#,
        );
        assert_eq!(oauth.error_code.as_deref(), Some("invalid_client"));
        assert_eq!(oauth.detail.as_deref(), Some("Wrong secret"));

        for neither in [&b"<html>"[..], b"", b"[]", b"\xff", b"null", b"{\"error\":{}}"]
        {
            assert_eq!(ApiError::parse(neither), ApiError::default());
        }
    }
}
