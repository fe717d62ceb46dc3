//! A type with a property of every kind, and a response with many secrets.

use atlas_admin_runtime::codec::Json;
use atlas_admin_runtime::operation::Operation;
use atlas_admin_runtime::registry::{Entry, Function, Payload, make};
use atlas_admin_runtime::{
    DateTime, Extra, Map, UndeclaredValue, open_enum, record, union,
};

#[derive(Clone)]
pub enum State {
    Idle,
    Unknown(UndeclaredValue),
}

open_enum! {
    State
    Idle "idle"
}

#[derive(Clone, Default)]
pub struct Aws {
    pub account: Option<String>,
    pub role: Option<String>,
    pub extra: Extra,
}

record! {
    Aws
    0 account "account"
    1 role "role" [SECRET]
}

#[derive(Clone)]
pub enum Provider {
    Aws(Aws),
    Unknown(Json),
}

union! {
    Provider by "kind";
    0 Aws ["aws"] from Aws;
}

#[derive(Clone, Default)]
pub struct Group {
    pub created: Option<DateTime>,
    pub id: Option<String>,
    pub labels: Option<Map<String>>,
    pub mode: Option<String>,
    pub odd: Option<String>,
    pub provider: Option<Provider>,
    pub size: Option<i64>,
    pub state: Option<State>,
    pub states: Option<Vec<State>>,
    pub target_id: Option<String>,
    pub extra: Extra,
}

record! {
    Group
    0 created "created"
    1 id "id"
    2 labels "labels"
    3 mode "mode"
    4 odd "odd" [WRITE_ONLY]
    5 provider "provider"
    6 size "size"
    7 state "state"
    8 states "states"
    9 target_id "targetId" [WRITE_ONLY]
}

pub(crate) const fn entry(operation: &'static Operation) -> Entry {
    Entry {
        operation,
        alternatives: &[],
        function: Function { module: "", signature: "group() -> Group" },
        body: Some(make::<Group>),
        responses: &[(200, Payload::Json(make::<Group>))],
        errors: &[],
    }
}

pub(crate) const ID: &str = "5f1b2c3d4e5f60718293a4b5";
pub(crate) const GROUP: &str = r#"{
    "created": "2024-08-05T10:11:12Z",
    "id": "5f1b2c3d4e5f60718293a4b5",
    "labels": {"owner": "Ada Lovelace", "TEAM": "BACKEND"},
    "mode": "WOLPERTINGER",
    "odd": "hunter2-odd",
    "provider": {"kind": "aws", "account": "123456789012", "role": "hunter2-role"},
    "size": 12345,
    "state": "idle",
    "states": ["idle", "zzz-new"],
    "new": {
        "adminPassword": "hunter2-admin", "pinToken": {"deep": ["hunter2-deep"]},
        "email": "ada@wolpertinger.example", "ips": ["203.0.113.7/32", "2001:db9::7"],
        "kind": "REPLICASET", "name": "WOLPERTINGER", "mongoDBVersion": "8.0.4",
        "href": "https://user:hunter2-url@hooks.wolpertinger.example/T0/hunter2-path?k=hunter2-q",
        "uri": "mongodb+srv://c0.wolpertinger.example/?x=hunter2-srv",
        "uuid": "01234567-89ab-cdef-0123-456789abcdef", "ada@wolpertinger.example": 1,
        "groupId": "5f1b2c3d4e5f60718293a4b5", "flag": true, "share": 0.5, "none": null,
        "clientSecret": 42, "phone": "4915112345678", "rel": "next"
    }
}"#;
