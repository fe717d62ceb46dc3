//! Types as the generator writes them.

use atlas_admin_runtime::codec::{
    By, DateTime, Day, Extra, Field, Json, Kind, Map, Nullable, Record, Table, Union,
    Value, Variants,
};
use atlas_admin_runtime::{open_enum, record, union};

pub(crate) const OPTIONAL: u8 = 0;
pub(crate) const REQUIRED: u8 = Field::REQUIRED;
pub(crate) const READ_ONLY: u8 = Field::READ_ONLY;
pub(crate) const WRITE_ONLY: u8 = Field::WRITE_ONLY;
pub(crate) const SECRET: u8 = Field::SECRET;
pub(crate) const IDENTITY: u8 = Field::IDENTITY;
pub(crate) const KEPT: u8 = Field::KEPT;

/// Declares a record. The generator writes out what this macro does.
macro_rules! sample {
    ($type:ident { $($field:ident: $content:ty = $wire:literal, $flags:expr;)* }) => {
        #[derive(Clone, Default)]
        pub(crate) struct $type {
            $(pub(crate) $field: $content,)*
            pub(crate) extra: Extra,
        }

        impl Record for $type {
            fn table(&self) -> &'static Table {
                static TABLE: Table = Table {
                    name: stringify!($type),
                    fields: &[$(Field::new($wire, $flags)),*],
                };
                &TABLE
            }

            fn field(&self, index: usize) -> &dyn Value {
                let fields: &[&dyn Value] = &[$(&self.$field),*];
                fields.get(index).copied().unwrap_or(&self.extra)
            }

            fn field_mut(&mut self, index: usize) -> &mut dyn Value {
                let fields: Vec<&mut dyn Value> = vec![$(&mut self.$field),*];
                fields.into_iter().nth(index).unwrap_or(&mut self.extra)
            }
        }

        record!($type);
    };
}

sample!(Cluster {
    backup: Option<bool> = "backupEnabled", OPTIONAL;
    created: Option<DateTime> = "createDate", READ_ONLY;
    day: Option<Day> = "day", OPTIONAL;
    disk: Option<f64> = "diskSizeGB", OPTIONAL;
    free: Option<Json> = "free", OPTIONAL;
    id: Option<String> = "id", REQUIRED | READ_ONLY;
    labels: Option<Vec<Label>> = "labels", OPTIONAL;
    members: Option<i64> = "members", REQUIRED;
    name: Option<String> = "name", REQUIRED;
    note: Nullable<String> = "note", OPTIONAL;
    parent: Option<Box<Cluster>> = "parent", OPTIONAL;
    password: Option<String> = "password", WRITE_ONLY;
    provider: Option<Provider> = "provider", REQUIRED;
    specs: Option<Vec<Spec>> = "replicationSpecs", REQUIRED;
    tags: Option<Map<String>> = "tags", OPTIONAL;
    token: Option<String> = "token", SECRET;
});

sample!(Account {
    id: Option<String> = "id", REQUIRED | READ_ONLY;
    name: Option<String> = "name", REQUIRED;
    password: Option<String> = "password", REQUIRED | WRITE_ONLY;
});

sample!(Label {
    key: Option<String> = "key", OPTIONAL;
    value: Nullable<i64> = "value", REQUIRED;
});

sample!(Spec {
    id: Option<String> = "id", READ_ONLY | IDENTITY;
    regions: Option<Vec<Region>> = "regionConfigs", REQUIRED;
    zone: Option<String> = "zoneName", OPTIONAL;
});

// The service keeps the token of a channel that it knows by its id.
sample!(Channel {
    id: Option<String> = "channelId", IDENTITY;
    token: Option<String> = "token", SECRET | KEPT;
    keys: Option<Map<String>> = "tokens", SECRET;
});

/// The names of cloud providers.
#[derive(Clone)]
pub(crate) enum Provider {
    Aws,
    Azure,
    Gcp,
    Unknown(String),
}
open_enum!(Provider, [Aws => "AWS", Azure => "AZURE", Gcp => "GCP"]);

/// Declares a union. The generator writes out what this macro does.
macro_rules! sample_union {
    ($type:ident { $($variant:ident($content:ty),)* } unknown $unknown:ty, $by:expr
        $(, common $common:ident)?) => {
        #[derive(Clone)]
        pub(crate) enum $type {
            $($variant($content),)*
            Unknown($unknown),
        }

        impl Union for $type {
            fn variants(&self) -> &'static Variants {
                static VARIANTS: Variants = Variants { name: stringify!($type), by: $by };
                &VARIANTS
            }

            fn content(&self) -> (usize, &dyn Value) {
                let names: &[&str] = &[$(stringify!($variant)),*];
                let (name, content): (&str, &dyn Value) = match self {
                    $(Self::$variant(content) => (stringify!($variant), content),)*
                    Self::Unknown(content) => ("", content),
                };
                let index = names.iter().position(|known| *known == name);
                (index.unwrap_or(names.len()), content)
            }

            fn select(&mut self, index: usize) -> &mut dyn Value {
                let names: &[&str] = &[$(stringify!($variant)),*];
                *self = match names.get(index).copied().unwrap_or_default() {
                    $(stringify!($variant) => Self::$variant(Default::default()),)*
                    _ => Self::Unknown(Default::default()),
                };
                match self {
                    $(Self::$variant(content) => content,)*
                    Self::Unknown(content) => content,
                }
            }
        }

        union!($type, [] $(=> $common)?);
    };
}

// The tag is a field of one variant, and only known to the union in the other.
sample_union!(Region {
    Aws(AwsRegion),
    Tenant(TenantRegion),
} unknown Json, By::Tag("providerName", &[&["AWS"], &["TENANT"]]));

sample!(AwsRegion {
    nodes: Option<i64> = "nodeCount", OPTIONAL;
    provider: Option<Provider> = "providerName", REQUIRED;
    region: Option<String> = "regionName", REQUIRED;
    zone: Option<Day> = "since", REQUIRED;
});

sample!(TenantRegion {
    backing: Option<Provider> = "backingProviderName", OPTIONAL;
    region: Option<Provider> = "regionName", REQUIRED;
});

// A union whose second variant is a union by another tag, and whose third by the same one.
sample_union!(Alert {
    Host(HostAlert),
    Metric(Box<Metric>),
    Usage(Usage),
    Bare(Bare),
} unknown Json, By::Tag("type", &[&["HOST"], &["METRIC"], &["CPU", "DISK"], &["BARE"]]));

sample!(Bare {});

sample!(HostAlert {
    host: Option<String> = "host", OPTIONAL;
});

// The first variant stands for two values and declares no field for them.
sample_union!(Metric {
    Size(Amount),
    Count(Amount),
} unknown Amount, By::Tag("units", &[&["BYTES", "KILOBYTES"], &["RAW"]]), common Amount);

sample_union!(Usage {
    Cpu(Amount),
    Disk(Map<i64>),
} unknown Json, By::Tag("type", &[&["CPU"], &["DISK"]]));

sample!(Amount {
    value: Option<f64> = "value", OPTIONAL;
});

sample_union!(Mapping {
    Switch(bool),
    Fields(Box<Fields>),
    Many(Vec<Fields>),
    Name(DateTime),
} unknown Json, By::Kind(&[Kind::Boolean, Kind::Object, Kind::Array, Kind::String]));

sample!(Fields {
    dynamic: Option<Mapping> = "dynamic", OPTIONAL;
    fields: Option<Map<Mapping>> = "fields", OPTIONAL;
});

// What the unknown variant holds here takes no string.
sample_union!(Setting {
    On(bool),
} unknown Amount, By::Kind(&[Kind::Boolean]));

sample!(Holder {
    alert: Option<Alert> = "alert", REQUIRED;
    amount: Option<Amount> = "amount", REQUIRED;
    metric: Option<Metric> = "metric", REQUIRED;
    provider: Option<Provider> = "provider", REQUIRED;
    setting: Option<Setting> = "setting", REQUIRED;
    since: Option<DateTime> = "since", REQUIRED;
});
