//! A request that is dropped unsent is a mistake, of which the compiler warns: an unfulfilled
//! expectation of `unused_must_use` is an error here.

#![cfg(feature = "projects")]
#![deny(unfulfilled_lint_expectations)]

use atlas_admin::{Client, Credentials, projects};

#[test]
fn a_dropped_request_is_warned_of() {
    // A request, and a builder.
    #[expect(unused_must_use, reason = "nothing is sent")]
    projects::delete_group("p");
    #[expect(unused_must_use, reason = "nothing is sent")]
    projects::list_groups();
    #[expect(unused_must_use, reason = "nothing is sent")]
    projects::list_groups().items_per_page(1);
    #[expect(unused_must_use, reason = "nothing is sent")]
    projects::list_groups().query("pretty", true);
}

#[test]
fn a_dropped_call_is_warned_of() {
    let token = Credentials::access_token("token");
    let client = Client::builder().credentials(token).build().unwrap();
    #[expect(unused_must_use, reason = "nothing is awaited")]
    projects::delete_group("p").send(&client);
    #[expect(unused_must_use, reason = "nothing is awaited")]
    projects::list_groups().send(&client);
    #[expect(unused_must_use, reason = "nothing is awaited")]
    projects::list_groups().stream(&client);
    #[expect(unused_must_use, reason = "nothing is awaited")]
    projects::list_groups().pages(&client);
    #[expect(unused_must_use, reason = "nothing is awaited")]
    projects::delete_group("p").poll(&client);
    #[expect(unused_must_use, reason = "nothing is awaited")]
    projects::delete_group("p").poll(&client).until_gone();
}
