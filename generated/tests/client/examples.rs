//! Every example, run as a program against the fake of the service.

#![cfg(all(feature = "full", feature = "registry"))]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::time::Duration;

use atlas_admin::testing::ANY;
use atlas_admin::types::{
    ClusterDescription20240805, DownloadClusterLogName, Group, StateName,
};
use atlas_admin::{
    clusters, database_users, invoices, monitoring_and_logs, project_ip_access_list,
    projects, service_accounts, set,
};
use atlas_admin_fake::{FakeExpectation, FakeService};

const GROUP: &str = "32b6e34b3d91647abb20e7b8";
const ORG: &str = "5a0a1e7e0f2912c554080adc";

/// The folder of the built examples. `cargo test --test` doesn't build them, and those in the
/// folder may be out of date, so this builds them: those of the whole workspace, with the features
/// that `cargo test --workspace` compiles everything with, so that nothing is compiled twice.
static EXAMPLES: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    // Build scripts read what cargo tells a test of its own package, and would run again for it.
    let own = std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    });
    let mut cargo = Command::new(env!("CARGO"));
    own.for_each(|name| _ = cargo.env_remove(name));
    let built = cargo
        .args(["build", "--quiet", "--workspace", "--examples", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .arg("--target-dir")
        .arg(profile.parent().unwrap())
        .status();
    assert!(built.unwrap().success(), "the examples don't build");
    profile.join("examples")
});

async fn fake() -> FakeService {
    let fake = FakeService::start().await.unwrap();
    let group = Group { name: set("MyProject"), org_id: set(ORG), ..Default::default() };
    fake.store(&projects::get_group(GROUP), Group { id: set(GROUP), ..group });
    fake
}

fn output(fake: &FakeService, example: &str, args: &[&str]) -> Output {
    let mut command = Command::new(EXAMPLES.join(example));
    command.args(args).envs(fake.env()).env("MONGODB_PASSWORD", "hunter2");
    command.output().unwrap()
}

/// Runs an example that must succeed, and returns what it prints.
fn run(fake: &FakeService, example: &str, args: &[&str]) -> String {
    let Output { status, stdout, stderr } = output(fake, example, args);
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(status.success(), "{example}: {status}\n{stdout}\n{stderr}");
    stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_are_listed_in_every_way() {
    let fake = fake().await;
    for example in ["list_projects", "list_clusters", "blocking", "own_transport"] {
        let printed = run(&fake, example, &[]);
        assert!(printed.contains("MyProject"), "{example}: {printed}");
    }
    assert_eq!(fake.requests_for(&projects::list_groups()).len(), 4);
}

/// Replaces the AWS Secrets Manager Agent of the example: sends one response with the secret.
fn agent(account: &str, secret: &str) -> (String, std::thread::JoinHandle<String>) {
    use std::io::{BufRead, BufReader, Write};
    let value = format!(r#"{{"client_id":"{account}","client_secret":"{secret}"}}"#);
    let body = format!(r#"{{"Name":"atlas","SecretString":{value:?}}}"#);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let head = lines.map_while(Result::ok).take_while(|line| !line.is_empty());
        let head = head.collect::<Vec<_>>().join("\n");
        let length = body.len();
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")
            .unwrap();
        head
    });
    (url, served)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_of_a_secrets_manager_lists_projects() {
    let fake = fake().await;
    let of = |name: &str| {
        let env = fake.env();
        let found = env.into_iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| value.to_string()).unwrap()
    };
    let id = of("MONGODB_ATLAS_CLIENT_ID");
    let (url, served) = agent(&id, &of("MONGODB_ATLAS_CLIENT_SECRET"));
    let token = std::env::temp_dir().join(format!("awssmatoken-{}", std::process::id()));
    std::fs::write(&token, "token-of-the-agent\n").unwrap();
    let token_path = token.to_str().unwrap();
    let args = ["atlas/production", "--agent", &url, "--token", token_path];
    let printed = run(&fake, "aws_secrets_manager", &args);
    std::fs::remove_file(token).unwrap();
    assert!(printed.contains("MyProject"), "{printed}");
    let asked = served.join().unwrap();
    assert!(asked.starts_with("GET /secretsmanager/get?secretId=atlas%2Fproduction "));
    assert!(asked.to_lowercase().contains("x-aws-parameters-secrets-token: token-of"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_is_created_and_errors_are_handled() {
    let fake = fake().await;
    let create = projects::create_group(&Default::default());
    let id = run(&fake, "create_project", &[ORG, "New"]);
    assert_eq!(id.trim().len(), 24);
    assert_eq!(
        fake.single_request(&create).body::<Group>().name.as_deref(),
        Some("New")
    );

    let errors: [(u16, &str, &str); 4] = [
        (409, "GROUP_ALREADY_EXISTS", "there is one already"),
        (404, "ORG_NOT_FOUND", "no such organization"),
        (403, "ORG_REQUIRES_ACCESS_LIST", "to the access list"),
        (403, "USER_UNAUTHORIZED", "a role is missing"),
    ];
    for (status, code, told) in errors {
        fake.on(&create).fail(status, code, "IP address or role.");
        let printed = run(&fake, "handle_errors", &[ORG, "New"]);
        assert!(printed.contains(told), "{status}: {printed}");
    }
    fake.on(&create).throttle(Duration::from_secs(7));
    let printed = run(&fake, "handle_errors", &[ORG, "New"]);
    assert!(
        printed.contains("not now") && printed.contains("wait 7 seconds"),
        "{printed}"
    );
    fake.on(&create).fail(400, "INVALID", "Wrong.");
    assert!(!output(&fake, "handle_errors", &[ORG, "New"]).status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_created_resized_and_paused() {
    type Cluster = ClusterDescription20240805;
    let fake = fake().await;
    let in_state = |state: StateName| {
        move |cluster: &mut Cluster| cluster.state_name = Some(state.clone())
    };
    let get = clusters::get_cluster(GROUP, "prod");
    fake.on(&get)
        .change(in_state(StateName::Creating))
        .change(in_state(StateName::Idle));
    let args = [GROUP, "prod", "US_EAST_1", "US_WEST_2", "--interval", "0"];
    assert_eq!(run(&fake, "create_cluster", &args), "prod is ready\n");
    assert_eq!(fake.requests_for(&get).len(), 2);
    let create = clusters::create_cluster(GROUP, &Default::default());
    let regions =
        &fake.single_request(&create).json()["replicationSpecs"][0]["regionConfigs"];
    assert_eq!(regions[0]["priority"], 7);
    assert_eq!(regions[1]["regionName"], "US_WEST_2");

    run(&fake, "resize_cluster", &[GROUP, "prod", "--size", "M20", "--paused", "true"]);
    let asked =
        fake.requests_for(&clusters::update_cluster(GROUP, "prod", &Default::default()));
    let sizes: Vec<_> = (0..2)
        .map(|region| {
            let spec = &asked[0].json()["replicationSpecs"][0]["regionConfigs"][region];
            spec["electableSpecs"]["instanceSize"].clone()
        })
        .collect();
    assert_eq!(sizes, ["M20", "M20"]);
    assert_eq!(asked[1].json(), serde_json::json!({"paused": true}));

    let printed = run(&fake, "two_versions", &[GROUP, "prod"]);
    let newest = clusters::get_cluster(GROUP, "prod").operation().version.to_string();
    assert!(printed.contains(&newest) && printed.contains("2023-02-01"), "{printed}");
    assert!(printed.contains("json: prod\n") && printed.ends_with(" GB\n"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_is_given() {
    let fake = fake().await;
    let printed = run(&fake, "add_access_list_entry", &[GROUP, "203.0.113.0/24"]);
    assert_eq!(printed, "203.0.113.0/24\n");
    let list = project_ip_access_list::create_access_list_entry(GROUP, &Vec::new());
    assert_eq!(fake.single_request(&list).json()[0]["cidrBlock"], "203.0.113.0/24");

    assert_eq!(run(&fake, "create_database_user", &[GROUP, "app", "shop"]), "app\n");
    let user = database_users::create_database_user(ANY, &Default::default());
    let user = fake.single_request(&user).json();
    assert_eq!(user["password"], "hunter2");
    assert_eq!(user["roles"][0]["roleName"], "readWrite");

    let made = run(&fake, "rotate_secret", &[ORG]);
    let client_id = made.split(' ').next().unwrap();
    let rotated = run(&fake, "rotate_secret", &[ORG, client_id]);
    assert!(rotated.starts_with(client_id), "{made}{rotated}");
    let create =
        service_accounts::create_org_secret(ORG, client_id, &Default::default());
    assert_eq!(fake.requests_for(&create).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_logs_and_invoices_are_read() {
    let fake = fake().await;
    assert!(run(&fake, "page_events", &[GROUP]).starts_with("1 of 1 events\n"));

    let folder = std::env::temp_dir().join(format!("examples-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("payload");
    let path = file.to_str().unwrap();
    let log = DownloadClusterLogName::MongoDb;
    fake.on(&monitoring_and_logs::download_cluster_log(GROUP, "host", log))
        .respond_bytes(&b"\x1f\x8blog"[..]);
    let printed = run(&fake, "download_log", &[GROUP, "host", path]);
    assert!(printed.starts_with("5 bytes"), "{printed}");
    assert_eq!(std::fs::read(&file).unwrap(), b"\x1f\x8blog");

    fake.on(&invoices::get_invoice_csv(ORG, "i1")).respond_bytes("a,b\n1,2\n");
    run(&fake, "download_invoice", &[ORG, "i1", path]);
    assert_eq!(std::fs::read(&file).unwrap(), b"a,b\n1,2\n");
    std::fs::remove_dir_all(&folder).unwrap();
}
