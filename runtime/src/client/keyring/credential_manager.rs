//! Windows: generic credentials of the Credential Manager.

use std::collections::HashMap;

use keyring_core::Error;
use keyring_core::api::CredentialStoreApi;
use windows_native_keyring_store::Store;

pub(super) fn cancellation() -> ((), ()) {
    ((), ())
}

pub(super) fn cancel((): &()) {}

/// Reads the items of a service.
pub(super) fn read(
    service: &str,
    properties: &[String],
    (): (),
) -> Result<Vec<Option<Vec<u8>>>, String> {
    let store = Store::new().map_err(|error| error.to_string())?;
    let item = |property: &String| {
        let target = format!("{service}:{property}");
        let target = HashMap::from([("target", target.as_str())]);
        let entry = store.build(service, property, Some(&target));
        match entry.and_then(|entry| entry.get_secret()) {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    };
    properties.iter().map(item).collect()
}
