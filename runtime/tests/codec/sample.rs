//! Types in the generator's form.

use atlas_admin_runtime::codec::{
    Date, DateTime, Extra, Json, Map, Nullable, UndeclaredValue,
};
use atlas_admin_runtime::{open_enum, record, union};

/// Declares a record. The generator writes this macro's output.
macro_rules! sample {
    ($type:ident {
        $($index:literal $field:ident: $content:ty = $name:literal $([$($flag:ident)|+])?;)*
    }) => {
        #[derive(Clone, Default)]
        pub(crate) struct $type {
            $(pub(crate) $field: $content,)*
            pub(crate) extra: Extra,
        }

        record! {
            $type
            $($index $field $name $([$($flag)|+])?)*
        }
    };
}

sample!(Cluster {
    0 backup: Option<bool> = "backupEnabled";
    1 created: Option<DateTime> = "createDate" [READ_ONLY];
    2 day: Option<Date> = "day";
    3 disk: Option<f64> = "diskSizeGB";
    4 free: Option<Json> = "free";
    5 id: Option<String> = "id" [REQUIRED | READ_ONLY];
    6 labels: Option<Vec<Label>> = "labels";
    7 members: Option<i64> = "members" [REQUIRED];
    8 name: Option<String> = "name" [REQUIRED];
    9 note: Nullable<String> = "note";
    10 parent: Option<Box<Cluster>> = "parent";
    11 password: Option<String> = "password" [WRITE_ONLY];
    12 provider: Option<Provider> = "provider" [REQUIRED];
    13 specs: Option<Vec<Spec>> = "replicationSpecs" [REQUIRED];
    14 tags: Option<Map<String>> = "tags";
    15 token: Option<String> = "token" [SECRET];
});

// A write-only property that is an identifier is no secret, unless it is marked as one.
sample!(Restore {
    0 hosts: Option<Vec<String>> = "hostIds" [WRITE_ONLY];
    1 key: Option<String> = "keyId" [WRITE_ONLY | SECRET];
    2 password: Option<String> = "password" [WRITE_ONLY];
    3 snapshot: Option<String> = "snapshotId" [REQUIRED | WRITE_ONLY];
});

sample!(Account {
    0 id: Option<String> = "id" [REQUIRED | READ_ONLY];
    1 name: Option<String> = "name" [REQUIRED];
    2 password: Option<String> = "password" [REQUIRED | WRITE_ONLY];
});

sample!(Label {
    0 key: Option<String> = "key";
    1 value: Nullable<i64> = "value" [REQUIRED];
});

sample!(Spec {
    0 id: Option<String> = "id" [READ_ONLY | IDENTITY];
    1 regions: Option<Vec<Region>> = "regionConfigs" [REQUIRED];
    2 zone: Option<String> = "zoneName";
});

// The service keeps the token of a channel that it identifies by its ID.
sample!(Channel {
    0 id: Option<String> = "channelId" [IDENTITY];
    1 token: Option<String> = "token" [SECRET | KEPT];
    2 keys: Option<Map<String>> = "tokens" [SECRET];
});

/// The names of cloud providers.
#[derive(Clone)]
pub(crate) enum Provider {
    Aws,
    Azure,
    Gcp,
    Unknown(UndeclaredValue),
}

open_enum! {
    Provider
    Aws "AWS"
    Azure "AZURE"
    Gcp "GCP"
}

/// Declares a union. The generator writes this macro's output.
macro_rules! sample_union {
    ($type:ident {
        $($index:literal $variant:ident($content:ty) = $by:tt;)*
    } unknown $unknown:ty, by $($rest:tt)*) => {
        #[derive(Clone)]
        pub(crate) enum $type {
            $($variant($content),)*
            Unknown($unknown),
        }

        union! {
            $type by $($rest)*;
            $($index $variant $by;)*
        }
    };
}

// The discriminator is a field of one variant. In the other, only the union knows it.
sample_union!(Region {
    0 Aws(AwsRegion) = ["AWS"];
    1 Tenant(TenantRegion) = ["TENANT"];
} unknown Json, by "providerName");

sample!(AwsRegion {
    0 nodes: Option<i64> = "nodeCount";
    1 provider: Option<Provider> = "providerName" [REQUIRED];
    2 region: Option<String> = "regionName" [REQUIRED];
    3 zone: Option<Date> = "since" [REQUIRED];
});

sample!(TenantRegion {
    0 backing: Option<Provider> = "backingProviderName";
    1 region: Option<Provider> = "regionName" [REQUIRED];
});

// A union whose second variant is a union with another discriminator, and whose third is
// one with the same.
sample_union!(Alert {
    0 Host(HostAlert) = ["HOST"];
    1 Metric(Box<Metric>) = ["METRIC"];
    2 Usage(Usage) = ["CPU", "DISK"];
    3 Bare(Bare) = ["BARE"];
} unknown Json, by "type");

sample!(Bare {});

sample!(HostAlert {
    0 host: Option<String> = "host";
});

// Two values select the first variant, and it declares no field for them.
sample_union!(Metric {
    0 Size(Amount) = ["BYTES", "KILOBYTES"];
    1 Count(Amount) = ["RAW"];
} unknown Amount, by "units" common Amount);

sample_union!(Usage {
    0 Cpu(Amount) = ["CPU"];
    1 Disk(Map<i64>) = ["DISK"];
} unknown Json, by "type");

sample!(Amount {
    0 value: Option<f64> = "value";
});

sample_union!(Mapping {
    0 Switch(bool) = Boolean;
    1 Fields(Box<Fields>) = Object;
    2 Many(Vec<Fields>) = Array;
    3 Name(DateTime) = String;
} unknown Json, by kind);

sample!(Fields {
    0 dynamic: Option<Mapping> = "dynamic";
    1 fields: Option<Map<Mapping>> = "fields";
});

// The content of the unknown variant here can't be a string.
sample_union!(Setting {
    0 On(bool) = Boolean;
} unknown Amount, by kind);

sample!(Holder {
    0 alert: Option<Alert> = "alert" [REQUIRED];
    1 amount: Option<Amount> = "amount" [REQUIRED];
    2 metric: Option<Metric> = "metric" [REQUIRED];
    3 provider: Option<Provider> = "provider" [REQUIRED];
    4 setting: Option<Setting> = "setting" [REQUIRED];
    5 since: Option<DateTime> = "since" [REQUIRED];
});
