// The handle against a running server. Run by tests/npm, which sets MOCKSTYTCH_URL.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { MockError, MockStytch } from "mockstytch";

const server = await MockStytch.start();
const ada = "ada@acme.example";
const ACME = { organization_name: "Acme", organization_slug: "acme", members: [{ email_address: ada, name: "Ada" }] };
const seed = { organizations: [ACME] };

/** Return an error that a promise must be rejected with. */
async function refused(promise) {
  const error = await promise.then(
    () => assert.fail("it was not refused"),
    (reason) => reason,
  );
  assert.ok(error instanceof MockError, String(error));
  return error;
}

test("a new project, with credentials", async () => {
  const [one, two] = await Promise.all([server.newProject(), server.newProject()]);
  assert.notEqual(one.projectId, two.projectId);
  assert.equal(one.publicToken, one.projectId.replace("project-", "public-token-"));
  assert.equal(one.url, server.url);
  assert.equal(one.environment.STYTCH_PROJECT_ID, one.projectId);
  assert.equal(one.domain, `${one.url}/v1/public/${one.projectId}`);
  assert.equal((await one.project.get()).secret, one.secret);
  assert.equal((await one.client()).client_config?.project_id ?? one.projectId, one.projectId);
});

test("inbox", async () => {
  const mock = await server.newProject({ seed });
  const client = await mock.client();
  assert.equal((await refused(mock.inbox.latest())).errorType, "message_not_found");
  const waiting = mock.inbox.latest({ to: ada, wait: 30 });
  await client.magicLinks.email.loginOrSignup({ organization_id: "acme", email_address: ada });
  const mail = await waiting;
  assert.equal(mail.kind, "magic_link.login");
  const login = await client.magicLinks.authenticate({ magic_links_token: mail.token });
  assert.equal(login.member.email_address, ada);
  assert.deepEqual(
    (await mock.inbox.list({ to: ada })).map((message) => message.message_id),
    [mail.message_id],
  );
  await mock.inbox.clear();
  assert.deepEqual(await mock.inbox.list(), []);
});

test("sessions without a login, and the clock", async () => {
  const mock = await server.newProject({ seed });
  const client = await mock.client();
  const { organization } = await client.organizations.get({ organization_id: "acme" });
  const { members } = await client.organizations.members.search({ organization_ids: [organization.organization_id] });
  const started = await mock.logIn(members[0], { factors: ["google_oauth"] });
  assert.deepEqual(
    started.cookies.map((cookie) => cookie.name),
    ["stytch_session", "stytch_session_jwt"],
  );
  const { session_token } = await mock.logIn(ada, { organization_id: "acme", session_duration_minutes: 30 });
  await client.sessions.authenticate({ session_token });
  const before = await mock.clock.now();
  const state = await mock.clock.advance({ minutes: 31 });
  assert.ok(new Date(state.now) - before >= 31 * 60_000);
  await assert.rejects(client.sessions.authenticate({ session_token }), { error_type: "session_not_found" });
  assert.equal((await mock.clock.freeze()).frozen, true);
  await mock.clock.set("2030-01-01T00:00:00Z");
  assert.deepEqual(await mock.clock.now(), new Date("2030-01-01T00:00:00Z"));
  await mock.clock.set(new Date("2031-01-01T00:00:00Z"));
  assert.equal((await mock.clock.unfreeze()).frozen, false);
  assert.throws(() => mock.logIn(ada), /organization_id is required/);
});

test("settings, reset and seed", async () => {
  const mock = await server.newProject({ seed });
  const changed = await mock.project.patch({ name: "Renamed", user_impersonation_enabled: false });
  assert.equal(changed.name, "Renamed");
  assert.equal((await refused(mock.project.patch({ nam: "x" }))).errorType, "bad_request");
  await mock.reset();
  assert.equal((await mock.project.get()).user_impersonation_enabled, true);
  const client = await mock.client();
  await client.organizations.get({ organization_id: "acme" }); // the seed is applied again
  await mock.reset({ to: "empty" });
  await assert.rejects(client.organizations.get({ organization_id: "acme" }), { error_type: "organization_not_found" });
  await mock.seed(seed);
  await client.organizations.get({ organization_id: "acme" });
  assert.equal((await refused(mock.seed({ organization: [] }))).errorType, "invalid_seed");
  assert.match((await refused(mock.seed("world.toml"))).message, /use a \.json file, or pass the content/);
  assert.match((await refused(mock.seed("missing.json"))).message, /The seed missing\.json can't be read/);
});

test("faults", async () => {
  const mock = await server.newProject({ seed });
  const client = await mock.client();
  const get = () => client.organizations.get({ organization_id: "acme" });
  const fault = await mock.faults.add("organizations.get", { error_type: "internal_server_error", times: 1 });
  await assert.rejects(get(), { error_type: "internal_server_error" });
  await get();
  assert.equal(await fault.hits(), 1);
  assert.equal(fault.rule.times, 1);
  assert.deepEqual(
    (await mock.faults.list()).map((each) => each.faultId),
    [fault.faultId],
  );
  await fault.remove();
  await fault.remove(); // is removed already
  assert.equal(await fault.hits(), 1);
  await mock.faults.add("", { path: "/v1/b2b/organizations/*", status_code: 503 });
  await mock.faults.clear();
  await get();
  assert.match((await refused(mock.faults.add("organizations.gte", {}))).message, /organizations\.get/);
});

test("snapshots, export and import", async () => {
  const mock = await server.newProject({ seed });
  const client = await mock.client();
  const name = "a name/with %";
  assert.equal((await refused(mock.snapshots.save(name))).errorType !== "", true);
  assert.equal((await mock.snapshots.save("start here")).name, "start here");
  await client.organizations.create({ organization_name: "Globex", organization_slug: "globex" });
  const { created } = await mock.snapshots.diff("start here", ["organization"]);
  assert.deepEqual(
    created.map((found) => found.object.organization_slug),
    ["globex"],
  );
  const document = await mock.export();
  await mock.snapshots.restore("start here");
  await assert.rejects(client.organizations.get({ organization_id: "globex" }));
  await mock.import(document);
  await client.organizations.get({ organization_id: "globex" });
  await mock.snapshots.delete("start here");
  assert.equal((await refused(mock.snapshots.restore("start here"))).errorType, "snapshot_not_found");
  await mock.snapshots.save("again");
  await mock.snapshots.clear();
  assert.deepEqual(await mock.snapshots.list(), []);
});

test("requests, with the reason of a refusal", async () => {
  const mock = await server.newProject();
  const client = await mock.client();
  await assert.rejects(client.organizations.get({ organization_id: "nowhere" }));
  const request = (await mock.requests.list({ limit: 1 })).at(-1);
  assert.equal(request.error_type, "organization_not_found");
  assert.match(await mock.requests.summary(), /GET \/v1\/b2b\/organizations\/nowhere 404 organization_not_found/);
  assert.equal((await mock.requests.list({ operation: "organizations.*", status: "4xx" })).length, 1);
  const waiting = mock.requests.wait("project.metrics", 30);
  await client.project.metrics();
  assert.equal((await waiting).status_code, 200);
  await mock.requests.clear();
  const missing = await refused(mock.requests.wait("organizations.get", 0));
  assert.equal(missing.errorType, "request_not_found");
  assert.match(missing.message, /organizations\.get wasn't called in 0 s\. No request reached the project\./);
});

test("webhooks", async () => {
  const received = [];
  const receiver = createServer((request, response) => {
    received.push(request.headers["svix-id"]);
    request.resume().on("end", () => response.end("ok"));
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  try {
    const mock = await server.newProject();
    const url = `http://127.0.0.1:${receiver.address().port}/`;
    const [endpoint] = await mock.webhooks.set(url);
    assert.match(endpoint.secret, /^whsec_/);
    assert.deepEqual(await mock.webhooks.list(), [endpoint]);
    await (await mock.client()).organizations.create({ organization_name: "Acme", organization_slug: "acme" });
    const delivery = await mock.webhooks.wait("*.organization.create", 30);
    assert.equal(delivery.payload.object_type, "organization");
    assert.ok((await mock.webhooks.replay(delivery.event_id)).length > 0);
    const [sent] = await mock.webhooks.sendTestEvent("dashboard.organization.update");
    assert.equal(sent.payload.source, "DASHBOARD");
    assert.ok(received.length > 0);
    assert.match((await refused(mock.webhooks.wait("*.member.*", 0))).message, /There are: .*organization\.create/);
    const passed = [];
    const receive = (body, headers) =>
      passed.push([JSON.parse(body).id, Object.keys(headers).includes("svix-signature")]);
    await mock.webhooks.deliverTo(receive);
    assert.deepEqual(passed[0], [delivery.payload.id, true]);
    assert.deepEqual(await mock.webhooks.deliverTo(receive), []);
    await mock.webhooks.replay(delivery.event_id);
  } finally {
    receiver.close();
  }
});

test("providers, directories, keys, impersonation and fraud", async () => {
  const mock = await server.newProject({ seed });
  const client = await mock.client();
  const { organization } = await client.organizations.get({ organization_id: "acme" });
  const { organization_id } = organization;
  await mock.nextIdentity({ provider: "google", email: ada });
  const provider = await mock.identityProvider({ organization_id, type: "saml" });
  assert.match(provider.start_url, /\/v1\/public\/sso\/start/);
  assert.match(await mock.rotateIdentityProviderKeys(provider.connection_id), /CERTIFICATE/);
  assert.equal(typeof (await mock.rotateKeys({ drop: true })), "string");
  const { connection } = await client.scim.connection.create({ organization_id });
  const results = await mock.scimPush(connection.connection_id, [{ op: "create_user", email: "eve@acme.example" }]);
  assert.equal(results[0].status, 201);
  const { members } = await client.organizations.members.search({ organization_ids: [organization_id] });
  const member_id = members.find((member) => member.email_address === ada).member_id;
  await mock.logIn(ada, { organization_id }); // makes the member active
  const impersonator_email_address = "support@acme.example";
  const token = await mock.impersonationToken({ organization_id, member_id, impersonator_email_address });
  const login = await client.impersonation.authenticate({ impersonation_token: token });
  assert.equal(login.member_id, member_id);
  const device = await mock.fraud.device({ action: "BLOCK" });
  const found = await client.fraud.fingerprint.lookup({ telemetry_id: device.telemetry_id });
  assert.equal(found.verdict.action, "BLOCK");
  await mock.fraud.email({ email_address: ada, action: "CHALLENGE" });
});

test("any call of the control API, typed by its OpenAPI document", async () => {
  const { status } = await server.api.call("get", "/_mock/api/health");
  assert.equal(status, "ok");
});

test("no server, and something else than a server", async () => {
  const nothing = new MockStytch({ url: "http://127.0.0.1:9/" });
  assert.match(
    (await refused(nothing.reset())).message,
    /^No mockstytch server at http:\/\/127\.0\.0\.1:9: .*Start one/,
  );
  const other = createServer((_, response) => response.end("hello"));
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${other.address().port}`;
  try {
    const error = await refused(new MockStytch({ url }).project.get());
    assert.match(error.message, /isn't a mockstytch server: it returned 200/);
    for (const wrong of [url, "localhost:4700", "http://127.0.0.1:9", "http://127.0.0.1:9/v1", "http://"]) {
      const { message } = await refused(MockStytch.start({ url: wrong }));
      assert.ok(message.startsWith(`url=${wrong}: `) && message.endsWith(". Correct the URL."), message);
    }
  } finally {
    other.close();
  }
});

test("all projects of the server", async () => {
  const runId = `run-${Date.now()}-${Math.random()}`;
  const [one, two] = await Promise.all(
    ["login > one", "login > two"].map((label) => server.newProject({ label, runId, seed })),
  );
  const found = await server.projects.list({ run_id: runId });
  assert.deepEqual(found.map(({ label, members }) => [label, members]).sort(), [
    ["login > one", 1],
    ["login > two", 1],
  ]);
  await server.projects.delete(one.projectId);
  assert.equal((await refused(server.projects.delete(one.projectId))).errorType, "project_not_found");
  assert.equal((await refused(server.projects.delete(server.projectId))).errorType, "bad_request");
  assert.equal((await refused(server.projects.deleteAll({}))).errorType, "bad_request");
  assert.equal(await server.projects.deleteAll({ run_id: runId }), 1);
  assert.equal((await refused(two.project.get())).errorType, "project_not_found");
});
