//! Linux and others: the Secret Service of the desktop (GNOME Keyring, KWallet, KeePassXC).
//!
//! Source: <https://specifications.freedesktop.org/secret-service/latest/>. The secrets
//! cross the session bus unencrypted, as they do for the Atlas CLI; the bus belongs to
//! the user.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::future::{AbortHandle, AbortRegistration, Abortable};
use zbus::connection::Builder;
use zbus::message::{Message, Type};
use zbus::{Connection, MatchRule, MessageStream};
use zbus::{DynamicType, ObjectPath, OwnedObjectPath, OwnedVariant, Variant};

use super::LIMIT;

const NAME: &str = "org.freedesktop.secrets";
const SERVICE: &str = "/org/freedesktop/secrets";
/// The collection that the Atlas CLI uses, if it exists.
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";
/// The collection that the Atlas CLI uses otherwise.
const DEFAULT: &str = "/org/freedesktop/secrets/aliases/default";
/// The object path that means that no prompt is needed.
const NONE: &str = "/";

/// Creates the two ends of a cancellation, which closes a prompt.
pub(super) fn cancellation() -> (AbortHandle, AbortRegistration) {
    AbortHandle::new_pair()
}

pub(super) fn cancel(handle: &AbortHandle) {
    handle.abort();
}

/// Reads the items of a service.
pub(super) fn read(
    service: &str,
    properties: &[String],
    cancelled: AbortRegistration,
) -> Result<Vec<Option<Vec<u8>>>, String> {
    zbus::block_on(async {
        let keyring = Keyring::open().await?;
        keyring.unlock(cancelled).await?;
        let mut values = Vec::new();
        for property in properties {
            values.push(keyring.item(service, property).await?);
        }
        Ok(values)
    })
}

/// A session with the Secret Service, and the collection to read.
struct Keyring {
    connection: Connection,
    session: OwnedObjectPath,
    collection: ObjectPath<'static>,
}

impl Keyring {
    async fn open() -> Result<Self, String> {
        let connection = Builder::session().method_timeout(LIMIT).build().await;
        let connection =
            connection.map_err(|error| format!("no D-Bus session bus: {error}"))?;
        let plain = &("plain", Variant::from(""));
        let opened = call(&connection, SERVICE, "Service", "OpenSession", plain);
        let opened = opened.await.map_err(|error| {
            format!("the session bus has no Secret Service: {error}")
        })?;
        let (_, session): (OwnedVariant, OwnedObjectPath) = body(&opened)?;
        let collections = property(&connection, SERVICE, "Service", "Collections");
        let collections: Vec<OwnedObjectPath> = collections
            .await?
            .try_into()
            .map_err(|_| "the Secret Service's list of collections can't be read")?;
        let has_login = collections.iter().any(|path| path.as_str() == LOGIN);
        let collection = if has_login { LOGIN } else { DEFAULT };
        let collection = ObjectPath::from_static_str_unchecked(collection);
        Ok(Self { connection, session, collection })
    }

    /// Unlocks the collection, with a prompt if the service requires one.
    async fn unlock(&self, cancelled: AbortRegistration) -> Result<(), String> {
        let locked =
            property(&self.connection, &self.collection, "Collection", "Locked");
        let locked = locked.await.map_err(|error| format!("no collection: {error}"))?;
        if !bool::try_from(locked).unwrap_or(true) {
            return Ok(());
        }
        let locked = &(vec![&self.collection],);
        let reply = self.call(SERVICE, "Service", "Unlock", locked).await?;
        let (unlocked, prompt): (Vec<OwnedObjectPath>, OwnedObjectPath) = body(&reply)?;
        if prompt.as_str() == NONE {
            return if unlocked.is_empty() { Err(still_locked()) } else { Ok(()) };
        }
        match Abortable::new(self.prompt(&prompt), cancelled).await {
            Ok(completed) => completed,
            Err(_) => {
                _ = self.call(&prompt, "Prompt", "Dismiss", &()).await;
                Err(still_locked())
            }
        }
    }

    /// Shows a prompt, and returns when the user has completed it.
    async fn prompt(&self, prompt: &ObjectPath<'_>) -> Result<(), String> {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface("org.freedesktop.Secret.Prompt")
            .member("Completed")
            .path(prompt)
            .build()
            .map_err(text)?;
        // Subscribed before the prompt is shown, so that its end isn't missed.
        let signals = MessageStream::for_match_rule(rule, &self.connection, None);
        let mut signals = signals.await.map_err(text)?;
        self.call(prompt, "Prompt", "Prompt", &("",)).await?;
        let signal = signals.next().await.ok_or("the session bus is gone")?;
        let (is_dismissed, _): (bool, OwnedVariant) = body(&signal.map_err(text)?)?;
        if is_dismissed { Err(still_locked()) } else { Ok(()) }
    }

    /// Returns the value of an item.
    async fn item(&self, service: &str, user: &str) -> Result<Option<Vec<u8>>, String> {
        let attributes = &(HashMap::from([("service", service), ("username", user)]),);
        let found =
            self.call(&self.collection, "Collection", "SearchItems", attributes).await?;
        let found: Vec<OwnedObjectPath> = body(&found)?;
        let Some(item) = found.first() else { return Ok(None) };
        let secret = self.call(item, "Item", "GetSecret", &(&self.session,)).await?;
        let ((_, _, value, _),): ((OwnedObjectPath, Vec<u8>, Vec<u8>, String),) =
            body(&secret)?;
        Ok(Some(value))
    }

    async fn call(
        &self,
        path: &str,
        interface: &str,
        method: &str,
        arguments: &(impl serde::Serialize + DynamicType),
    ) -> Result<Message, String> {
        call(&self.connection, path, interface, method, arguments).await
    }
}

async fn call(
    connection: &Connection,
    path: &str,
    interface: &str,
    method: &str,
    arguments: &(impl serde::Serialize + DynamicType),
) -> Result<Message, String> {
    let interface = format!("org.freedesktop.Secret.{interface}");
    let interface = Some(interface.as_str());
    let reply = connection.call_method(Some(NAME), path, interface, method, arguments);
    reply.await.map_err(text)
}

/// Returns a property of an object of the service.
async fn property(
    connection: &Connection,
    path: &str,
    interface: &str,
    property: &str,
) -> Result<OwnedVariant, String> {
    let interface = format!("org.freedesktop.Secret.{interface}");
    let properties = Some("org.freedesktop.DBus.Properties");
    let arguments = &(interface.as_str(), property);
    let reply = connection.call_method(Some(NAME), path, properties, "Get", arguments);
    body(&reply.await.map_err(text)?)
}

fn body<T>(message: &Message) -> Result<T, String>
where
    T: serde::de::DeserializeOwned + zbus::Type,
{
    message
        .body()
        .deserialize()
        .map_err(|_| "the Secret Service responded in another format".to_owned())
}

fn text(error: zbus::Error) -> String {
    error.to_string()
}

fn still_locked() -> String {
    "it is locked, and was not unlocked: unlock it first".to_owned()
}
