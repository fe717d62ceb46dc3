// npm's mongodb-atlas-api-client against the fake, over Digest: makes, reads, changes and deletes,
// and fails if a response is not what was requested. Its arguments are the address, and the path of
// the API.

const assert = require("node:assert/strict");
const createClient = require("mongodb-atlas-api-client");

const [url, api] = process.argv.slice(2);
const client = (projectId) =>
  createClient({
    publicKey: "fakekey",
    privateKey: "00000000-fake-0000-0000-000000000000",
    baseUrl: `${url}${api}`,
    projectId,
  });

async function main() {
  const { project, organization } = client("");
  const name = `By ${api}`;
  const made = await project.create({ name, orgId: "5a0a1e7e0f2912c554080adc" });
  assert.match(made.id, /^[0-9a-f]{24}$/);
  assert.equal((await project.getByName(encodeURIComponent(name))).id, made.id);
  assert.equal((await project.getById(made.id)).name, name);
  assert.ok((await project.getAll({ itemsPerPage: 500 })).results.some((it) => it.id === made.id));
  const orgs = await organization.getAll();
  assert.ok(orgs.results.some((it) => it.id === made.orgId));
  const ofOrg = await organization.getAllProjectsForOrganization(made.orgId);
  assert.ok(ofOrg.results.some((it) => it.id === made.id));
  assert.equal((await organization.getById(made.orgId)).id, made.orgId);

  const { cluster, user, projectAccesslist, customDbRole, event, alert, cloudProviderAccess } =
    client(made.id);
  const wanted = { name: "Prod", clusterType: "REPLICASET" };
  const prod = await cluster.create(wanted);
  assert.equal(prod.stateName, "IDLE");
  assert.equal((await cluster.get("Prod")).id, prod.id);
  assert.equal((await cluster.update("Prod", { paused: true })).paused, true);
  assert.equal((await cluster.getAll()).totalCount, 1);
  assert.equal((await project.getById(made.id)).clusterCount, 1);
  await cluster.getAdvanceConfiguration("Prod");
  await cluster.delete("Prod");
  assert.equal((await cluster.get("Prod")).error, 404);

  const account = {
    databaseName: "admin",
    groupId: made.id,
    username: "app",
    password: "hunter2-hunter2",
    roles: [{ databaseName: "shop", roleName: "read" }],
  };
  const app = await user.create(account);
  assert.equal(app.username, "app");
  assert.equal(app.password, undefined);
  assert.equal((await user.get("app")).username, "app");
  assert.equal((await user.getAll()).results.length, 1);
  await user.delete("app");
  assert.equal((await user.getAll()).results.length, 0);

  const entries = await projectAccesslist.create([{ cidrBlock: "198.51.100.0/24" }]);
  assert.equal(entries.results[0].groupId, made.id);
  const entry = await projectAccesslist.get(encodeURIComponent("198.51.100.0/24"));
  assert.equal(entry.cidrBlock, "198.51.100.0/24");

  const resources = [{ cluster: false, collection: "", db: "a" }];
  const role = { roleName: "ops", actions: [{ action: "FIND", resources }] };
  assert.equal((await customDbRole.create(role)).roleName, "ops");
  assert.equal((await customDbRole.get("ops")).roleName, "ops");

  const access = await cloudProviderAccess.create({ providerName: "AWS" });
  assert.equal((await cloudProviderAccess.getAll()).awsIamRoles[0].roleId, access.roleId);
  for (const { results } of [await event.getAll(), await alert.getAll()]) {
    assert.ok(Number.isFinite(Date.parse(results[0].created)), results[0].created);
  }

  await project.delete(made.id);
  assert.equal((await project.getById(made.id)).error, 404);
}

main().then(
  () => console.log(`ok     mongodb-atlas-api-client ${api}`),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
