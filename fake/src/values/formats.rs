//! The formats of texts, by the names of their properties.
//!
//! The table of a record doesn't state the formats of its fields, but a name means the same
//! throughout this API. The names are those of the document's properties with a `format` or a
//! `pattern`; a test compares both lists. A pattern of fixed text and hexadecimal digits needs no
//! line here: `shapes.txt` is generated from the document.

use super::mixed;

/// The preferred values of enums: those at which waits end, and those that all variants of a union
/// have, or the first variant.
const PREFERRED: &[&str] = &[
    "IDLE",
    "ACTIVE",
    "AVAILABLE",
    "COMPLETED",
    "COMPLETE",
    "SUCCEEDED",
    "SUCCESS",
    "READY",
    "STARTED",
    "DONE",
    "US_EAST_1",
    "M10",
    "FINISHED",
    "CLOSED",
    "HEALTHY",
];

/// The format of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Format {
    DateTime,
    Date,
    /// 24 hexadecimal digits.
    Id,
    Uuid,
    Email,
    Url,
    Host,
    HostPort,
    Ip,
    Cidr,
    /// `mongodb://…`
    Standard,
    /// `mongodb+srv://…`
    Srv,
    /// A version of three numbers: `8.0.4`.
    Version,
    /// A version of two numbers: `8.0`.
    MajorVersion,
    /// A text in which `{24}` means 24 hexadecimal digits.
    Shape(&'static str),
    Fixed(&'static str),
    Arn,
    Year,
    Month,
}

use Format::*;

/// Formats of properties whose name has another format in other types.
const OF_TYPE: &[(&str, &str, Format)] = &[
    ("ApiHostViewAtlas", "id", HostPort),
    ("AzureCloudProviderContainer", "azureSubscriptionId", Id),
    ("DiskBackupExportJob", "prefix", Fixed(EXPORT_PREFIX)),
];

const EXPORT_PREFIX: &str = "/exported_snapshots/{ORG-NAME}/{PROJECT-NAME}/{CLUSTER-NAME}/{SNAPSHOT-INITIATION-DATE}/{TIMESTAMP}";

/// The numbers to generate by property name, where 1 is below the document's minimum.
const NUMBERS: &[(&[&str], i64)] = &[
    (&["electableNodes", "nodeCount", "replicationFactor"], 3),
    (&["dailySnapshotRetentionDays", "snapshotRetentionDays"], 3),
    (&["intervalMin"], 5),
    (&["snapshotIntervalHours"], 6),
    (&["expireAfterDays"], 7),
    (&["maxServiceAccountSecretValidityInHours"], 8),
    (&["diskSizeGB"], 10),
    (&["clusterCheckpointIntervalMin"], 15),
    (&["status"], 200),
    // Seconds since 1970; the document has the same minimum for both halves of a timestamp.
    (&["increment", "oplogTs", "pointInTimeUTCSeconds"], 1_767_225_600),
];

/// Generates a number by its property's name.
pub(super) fn number(name: &str) -> i64 {
    let known = NUMBERS.iter().find(|(names, _)| names.contains(&name));
    known.map_or(1, |(_, number)| *number)
}

/// Formats by name.
const NAMED: &[(&[&str], Format)] = &[
    (
        &[
            "acceptDataRisksAndForceReplicaSetReconfig",
            "completed",
            "cre",
            "created",
            "date",
            "deleted",
            "end",
            "expiration",
            "expires",
            "lastAuth",
            "lastNotified",
            "lastPing",
            "lastUsed",
            "mongoURIUpdated",
            "nextSnapshot",
            "notAfter",
            "notBefore",
            "oplogTs",
            "resolved",
            "since",
            "start",
            "started",
            "timestamp",
            "updated",
        ],
        DateTime,
    ),
    (&["billEndDate", "billStartDate", "usageEndDate", "usageStartDate"], Date),
    (
        &[
            "acknowledgingUsername",
            "authorizedEmail",
            "email",
            "emailAddress",
            "inviterUsername",
            "operationsContact",
            "securityContact",
            "targetUsername",
            "updatedUser",
            "username",
            "usernames",
        ],
        Email,
    ),
    (
        &[
            "atlasAssumedRoleExternalId",
            "atlasAzureAppId",
            "azureDirectoryId",
            "azureSubscriptionId",
            "clientID",
            "masterKeyUUID",
            "servicePrincipalId",
            "subscriptionID",
            "tenantID",
            "tenantId",
        ],
        Uuid,
    ),
    (&["clientId"], Shape("mdb_sa_id_{24}")),
    (&["secret", "clientSecret"], Shape("mdb_sa_sk_{40}")),
    (&["identityProviderId", "oktaIdpId"], Shape("{20}")),
    (&["accountId", "licenseKey"], Shape("{40}")),
    (&["token"], Shape("{64}")),
    (&["publicKey"], Shape("{8}")),
    (&["privateKey"], Uuid),
    (&["arn"], Fixed("arn:aws:kafka:us-east-1:123456789012:cluster/fake/0")),
    (&["awsAccountId"], Fixed("123456789012")),
    (&["vpcId"], Shape("vpc-{17}")),
    (&["cloudProviderEndpointId", "endpointId"], Shape("vpce-{17}")),
    (&["gcpProjectId"], Shape("p-{24}")),
    (&["networkName"], Shape("nt-00000000000000000000fa4e-{8}")),
    (
        &["gcpServiceAccountForAtlas"],
        Fixed(
            "mongodb-atlas-0123456789abcdef@p-0123456789abcdef01234567.iam.gserviceaccount.com",
        ),
    ),
    (&["endpointServiceName"], Shape("com.amazonaws.vpce.us-east-1.vpce-svc-{17}")),
    (&["privateLinkServiceName"], Shape("pls_{24}")),
    (
        &["serviceAttachmentNames"],
        Fixed(
            "https://www.googleapis.com/compute/v1/projects/p-fake/regions/us-east1/serviceAttachments/sa-fake",
        ),
    ),
    (
        &["privateEndpoints"],
        Fixed(
            "/subscriptions/00000000-0000-4000-8000-00000000fa4e/resourceGroups/fake/providers/Microsoft.Network/privateEndpoints/fake",
        ),
    ),
    (
        &[
            "customerEndpointIPAddress",
            "ipAddress",
            "privateEndpointIPAddress",
            "privateEndpointIpAddress",
            "remoteAddress",
            "routeTableCidrBlock",
            "lastUsedAddress",
            "accessListIps",
            "inbound",
            "outbound",
            "futureInbound",
            "futureOutbound",
            "currentIpv4Address",
        ],
        Ip,
    ),
    (&["accepterCidr", "atlasCidrBlock", "cidrBlock", "requesterCidr"], Cidr),
    (&["hostname", "hostnames", "migrationHosts", "userAlias", "userAliases"], Host),
    (
        &["hostId", "machineId", "processId", "hostnameAndPort", "bootstrapServers"],
        HostPort,
    ),
    (&["nonRunningHostIds"], Shape("{32}")),
    (
        &[
            "connectionString",
            "connectionStrings",
            "mongoURI",
            "mongoURIWithOptions",
            "private",
            "standard",
        ],
        Standard,
    ),
    (
        &[
            "awsPrivateLinkSrv",
            "privateSrv",
            "srvAddress",
            "srvConnectionString",
            "srvShardOptimizedConnectionString",
            "standardSrv",
        ],
        Srv,
    ),
    (
        &["mongoDBVersion", "mongodVersion", "agentVersion", "driverVersion", "version"],
        Version,
    ),
    (
        &["fcv", "featureCompatibilityVersion", "mongoDBMajorVersion", "versions"],
        MajorVersion,
    ),
    (
        &[
            "acsUrl",
            "audienceUri",
            "deliveryUrl",
            "downloadUrl",
            "gcpServiceAttachmentUris",
            "hecUrl",
            "href",
            "issuerUri",
            "microsoftTeamsWebhookUrl",
            "otelEndpoint",
            "schemaRegistryUrls",
            "serviceURL",
            "serviceUrl",
            "slug",
            "snapshotUrl",
            "ssoUrl",
            "tokenEndpointUrl",
            "url",
            "urlV2",
            "urls",
            "webhookUrl",
        ],
        Url,
    ),
    (&["country"], Fixed("US")),
    (&["currency"], Fixed("USD")),
    (&["mobileNumber"], Fixed("2125551234")),
    (&["bindUsername", "subject"], Fixed("CN=fake,OU=test,DC=example,DC=invalid")),
    (&["year"], Year),
    (&["month"], Month),
    (&["timeZoneId"], Fixed("Etc/UTC")),
    (&["regionName", "accepterRegionName"], Fixed("US_EAST_1")),
    (&["awsSecurityGroup"], Fixed("sg-0")),
];

/// Returns the format of a property's text.
fn format_of(owner: &str, name: &str) -> Option<Format> {
    let of_type =
        OF_TYPE.iter().find(|(kind, other, _)| *kind == owner && *other == name);
    if let Some((_, _, format)) = of_type {
        return Some(*format);
    }
    let named = NAMED.iter().find(|(names, _)| names.contains(&name));
    if let Some((_, format)) = named {
        return Some(*format);
    }
    if let Some(shape) = shape_of(name) {
        return Some(Shape(shape));
    }
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if ends(&["At", "Date", "Time", "Until"]) {
        return Some(DateTime);
    }
    if matches!(name, "id" | "_id" | "indexID")
        || ends(&["Id", "Ids"])
        || matches!(
            name,
            "cid" | "customZoneMapping" | "interfaceEndpoints" | "policyItems"
        )
    {
        return Some(Id);
    }
    if ends(&["Arn", "ARN"]) {
        return Some(Arn);
    }
    ends(&["Url", "Uri", "URL", "URI"]).then_some(Url)
}

/// Returns the shape that the document declares for all properties with a name.
fn shape_of(name: &str) -> Option<&'static str> {
    let mut lines = include_str!("shapes.txt").lines();
    lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
}

/// Returns the values that the document lists for a property whose Rust type allows further ones.
pub(super) fn listed(owner: &str, name: &str) -> Option<Vec<&'static str>> {
    let mut lines = include_str!("listed.txt").lines();
    let values = lines.find_map(|line| {
        let property = line.strip_prefix(owner)?.strip_prefix('.')?;
        property.strip_prefix(name)?.strip_prefix(' ')
    });
    Some(values?.split(' ').collect())
}

/// Returns the value that is chosen among those of an enum.
pub(super) fn chosen<'v>(values: &[&'v str]) -> Option<&'v str> {
    let find =
        |wanted: &&str| values.iter().find(|value| value.eq_ignore_ascii_case(wanted));
    PREFERRED.iter().find_map(find).or(values.first()).copied()
}

/// Generates a text of a shape.
fn shaped(shape: &str, seed: u64) -> String {
    let mut text = String::new();
    for (at, part) in (0..).zip(shape.split('{')) {
        match part.split_once('}') {
            Some((digits, rest)) => {
                let digits = digits.parse().unwrap_or_default();
                // The first part is that of an id of the same seed.
                text.push_str(&hex(
                    if at == 1 { seed } else { mixed(seed, at) },
                    digits,
                ));
                text.push_str(rest);
            }
            None => text.push_str(part),
        }
    }
    text
}

/// Generates a text by its type's and its property's name; `resource` is the name of the resource
/// around it.
pub(super) fn text<'a>(
    owner: &str,
    name: &str,
    seed: u64,
    resource: impl Fn() -> &'a str,
) -> String {
    let host = || format!("{}.{}.fake.invalid", label(resource()), hex(seed, 5));
    match format_of(owner, name) {
        Some(DateTime) => "2026-01-01T00:00:00Z".to_owned(),
        Some(Date) => "2026-01-01".to_owned(),
        Some(Id) => hex(seed, 24),
        Some(Uuid) => uuid(seed),
        Some(Email) => "made@example.invalid".to_owned(),
        Some(Url) => format!("https://{}/{name}", host()),
        Some(Host) => host(),
        Some(HostPort) => format!("{}:27017", host()),
        Some(Ip) => "203.0.113.7".to_owned(),
        Some(Cidr) => "203.0.113.0/24".to_owned(),
        Some(Standard) => {
            let host = host();
            format!("mongodb://{host}:27017/?ssl=true&authSource=admin")
        }
        Some(Srv) => format!("mongodb+srv://{}", host()),
        Some(Version) => "8.0.4".to_owned(),
        Some(MajorVersion) => "8.0".to_owned(),
        Some(Shape(shape)) => shaped(shape, seed),
        Some(Fixed(text)) => text.to_owned(),
        Some(Arn) => format!("arn:aws:iam::123456789012:role/fake-{}", hex(seed, 8)),
        Some(Year) => "2026".to_owned(),
        Some(Month) => "01".to_owned(),
        None => format!("made-{}", if name.is_empty() { "value" } else { name }),
    }
}

/// Masks a secret as the service does after returning it once.
pub(super) fn masked(secret: &str) -> String {
    let count = secret.chars().count();
    let end: String = secret.chars().skip(count.saturating_sub(4)).collect();
    // No part of a short secret is shown.
    format!("********{}", if count >= 12 { &end } else { "" })
}

/// Derives a number of hexadecimal digits from a seed.
fn hex(seed: u64, digits: usize) -> String {
    let mut text = String::new();
    for part in 0.. {
        text.push_str(&format!("{:016x}", mixed(seed, part)));
        if text.len() >= digits {
            break;
        }
    }
    text.truncate(digits);
    text
}

/// Derives a UUID of version 4 (RFC 9562 section 5.4) from a seed.
fn uuid(seed: u64) -> String {
    let digits = hex(seed, 32);
    let [a, b, c, d, e] =
        [&digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..]];
    format!("{a}-{b}-4{c}-8{d}-{e}")
}

/// Turns a name into a label of a host name (RFC 1123).
fn label(name: &str) -> String {
    let fit = |it: char| {
        if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' }
    };
    let label: String = name.chars().take(40).map(fit).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "made".to_owned() } else { label.to_owned() }
}
