// MongoDB's own MCP server against the fake: calls each of its Atlas tools over stdio, and fails
// if one of them does. Its address is the only argument.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const [url] = process.argv.slice(2);
const server = spawn(
  process.execPath,
  ["node_modules/mongodb-mcp-server/dist/esm/index.js"],
  {
    env: {
      ...process.env,
      MDB_MCP_API_BASE_URL: url,
      MDB_MCP_API_CLIENT_ID: "mdb_sa_id_fake",
      MDB_MCP_API_CLIENT_SECRET: "mdb_sa_sk_fake",
      MDB_MCP_CONFIRMATION_REQUIRED_TOOLS: "",
      MDB_MCP_TELEMETRY: "disabled",
    },
    stdio: ["pipe", "pipe", "inherit"],
  },
);

// JSON-RPC, one message a line.
const waiting = new Map();
let count = 0;
createInterface({ input: server.stdout }).on("line", (line) => {
  const message = JSON.parse(line);
  waiting.get(message.id)?.(message);
});
const send = (message) =>
  server.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const request = (method, params) =>
  new Promise((resolve) => {
    const id = ++count;
    waiting.set(id, resolve);
    send({ id, method, params });
  });

await request("initialize", {
  protocolVersion: "2025-06-18",
  capabilities: {},
  clientInfo: { name: "atlas-admin-fake", version: "1" },
});
send({ method: "notifications/initialized" });

const listed = await request("tools/list", {});
const tools = listed.result.tools.map((tool) => tool.name);
const left = new Set(tools.filter((name) => name.startsWith("atlas-")));
const failed = [];

// Calls a tool, whose text must match what is expected.
async function call(name, params, expected = /./) {
  left.delete(name);
  const { result, error } = await request("tools/call", { name, arguments: params });
  const text = (result?.content ?? []).map((part) => part.text).join("\n");
  const fits = result && !result.isError && expected.test(text);
  if (!fits) failed.push(`${name} ${JSON.stringify(params)}: ${error?.message ?? text}`);
  console.log(`${fits ? "ok    " : "FAILED"} ${name} ${Object.values(params).slice(1)}`);
  if (process.env.VERBOSE) console.log(text);
  return result?.structuredContent ?? {};
}

const orgs = await call("atlas-list-orgs", {}, /5a0a1e7e0f2912c554080adc/);
const orgId = "5a0a1e7e0f2912c554080adc";
await call("atlas-create-project", { projectName: "Mine", orgId }, /Mine/);
const projects = await call("atlas-list-projects", { orgId }, /Mine/);
const projectId = projects.projects.find((project) => project.name === "Mine").id;

await call("atlas-create-free-cluster", { projectId, name: "Free" }, /Free/);
await call("atlas-create-cluster", {
  projectId,
  clusterName: "Prod",
  provider: "AWS",
  regions: ["US_EAST_1"],
});
await call("atlas-list-clusters", { projectId }, /Prod/);
await call("atlas-list-clusters", {}, /Prod/);
await call("atlas-inspect-cluster", { projectId, clusterName: "Prod" }, /mongodb\+srv:/);
await call("atlas-pause-resume-cluster", { projectId, clusterName: "Prod", action: "PAUSE" });
await call("atlas-pause-resume-cluster", { projectId, clusterName: "Prod", action: "RESUME" });
await call("atlas-upgrade-cluster", { projectId, clusterName: "Prod", targetTier: "M20" });
await call("atlas-get-regions", { provider: "AWS" });

await call("atlas-create-access-list", {
  projectId,
  currentIpAddress: true,
  cidrBlocks: ["198.51.100.0/24"],
});
await call("atlas-inspect-access-list", { projectId }, /127\.0\.0\.1[^]*198\.51\.100\.0\/24/);
await call("atlas-create-db-user", {
  projectId,
  username: "app",
  roles: [{ roleName: "read", databaseName: "shop" }],
});
await call("atlas-list-db-users", { projectId }, /app/);
await call("atlas-list-alerts", { projectId });
await call("atlas-get-performance-advisor", { projectId, clusterName: "Prod" });
const load = await call("atlas-load-sample-dataset", { projectId, clusterName: "Prod" });
await call("atlas-load-sample-dataset", { projectId, jobId: load.jobId }, /COMPLETED/);

const workspace = { projectId, workspaceName: "flow" };
await call("atlas-streams-build", {
  ...workspace,
  resource: "workspace",
  cloudProvider: "AWS",
  region: "VIRGINIA_USA",
});
await call("atlas-streams-build", {
  ...workspace,
  resource: "connection",
  connectionName: "shop",
  connectionType: "Cluster",
  connectionConfig: {
    clusterName: "Prod",
    dbRoleToExecute: { role: "readWriteAnyDatabase", type: "BUILT_IN" },
  },
});
await call("atlas-streams-build", {
  ...workspace,
  resource: "processor",
  processorName: "copy",
  pipeline: [
    { $source: { connectionName: "shop" } },
    { $merge: { into: { connectionName: "shop", db: "a", coll: "b" } } },
  ],
});
await call("atlas-streams-discover", { projectId, action: "list-workspaces" }, /flow/);
await call("atlas-streams-discover", { ...workspace, action: "inspect-workspace" }, /flow/);
await call("atlas-streams-discover", { ...workspace, action: "list-connections" }, /shop/);
await call("atlas-streams-discover", { ...workspace, action: "list-processors" }, /copy/);
const copy = { ...workspace, resourceName: "copy" };
await call("atlas-streams-discover", { ...copy, action: "inspect-processor" }, /copy/);
await call("atlas-streams-discover", { ...copy, action: "diagnose-processor" }, /copy/);
await call("atlas-streams-discover", { projectId, action: "get-networking" });
await call("atlas-streams-manage", { ...copy, action: "stop-processor" });
await call("atlas-streams-manage", { ...copy, action: "start-processor" });
await call("atlas-streams-teardown", { ...copy, resource: "processor" });
await call("atlas-streams-teardown", {
  ...workspace,
  resource: "connection",
  resourceName: "shop",
});
await call("atlas-streams-teardown", { ...workspace, resource: "workspace" });

// There is no cluster to connect to: the host name is one that never resolves.
await call("atlas-connect-cluster", { projectId, clusterName: "Prod" });

server.kill();
failed.push(...[...left].map((name) => `${name} was not called`));
for (const line of failed) console.error(line);
process.exit(failed.length > 0 || tools.length === 0 ? 1 : 0);
