// The official Node SDK against a running mockstytch; which one, the environment says. Run by test_node.py.

import assert from "node:assert/strict";
import { test } from "node:test";
import stytch from "stytch";

const { STYTCH_PROJECT_ID: project_id, STYTCH_SECRET: secret, STYTCH_ENV: env } = process.env;
const client = new stytch.B2BClient({ project_id, secret, env });

async function inbox(to) {
  const answer = await fetch(`${env}/_mock/api/messages/latest?to=${encodeURIComponent(to)}`, {
    headers: { Authorization: "Basic " + btoa(`${project_id}:${secret}`) },
  });
  return answer.json();
}

async function refused(promise) {
  const error = await promise.then(() => assert.fail("it was not refused"), (e) => e);
  assert.ok(error instanceof stytch.StytchError, String(error));
  return error;
}

async function loggedIn(slug, roles = []) {
  const email_address = `ada+${slug}@acme.test`;
  const { organization } = await client.organizations.create({ organization_name: slug, organization_slug: slug });
  const { organization_id } = organization;
  await client.organizations.members.create({ organization_id, email_address, name: "Ada", roles });
  const sent = await client.magicLinks.email.loginOrSignup({ organization_id, email_address });
  assert.equal(sent.member_created, false);
  const { token } = await inbox(email_address);
  return client.magicLinks.authenticate({ magic_links_token: token, session_custom_claims: { plan: "pro" } });
}

test("login by link, and the session afterwards", async () => {
  const login = await loggedIn("acme-login");
  assert.equal(login.member_authenticated, true);
  const { session_token, session_jwt, member_session } = login;
  const { member_session_id } = member_session;

  const local = await client.sessions.authenticateJwtLocal({ session_jwt });
  assert.equal(local.member_session_id, member_session_id);
  assert.deepEqual(local.roles, ["stytch_member"]);
  assert.deepEqual(local.custom_claims, { plan: "pro" });
  assert.equal((await client.sessions.authenticateJwt({ session_jwt })).session_jwt, session_jwt);

  const found = await client.sessions.get({
    organization_id: login.organization_id,
    member_id: login.member_id,
  });
  assert.deepEqual(found.member_sessions.map((s) => s.member_session_id), [member_session_id]);

  await client.sessions.revoke({ session_token });
  const error = await refused(client.sessions.authenticate({ session_token }));
  assert.deepEqual([error.status_code, error.error_type], [404, "session_not_found"]);
});

test("permissions, checked here and there", async () => {
  const { session_jwt, session_token, organization_id } = await loggedIn("acme-rbac", ["stytch_admin"]);
  const check = { organization_id, resource_id: "stytch.organization", action: "update.info.name" };
  await client.sessions.authenticateJwtLocal({ session_jwt, authorization_check: check });
  const remote = await client.sessions.authenticate({ session_token, authorization_check: check });
  assert.deepEqual(remote.verdict, { authorized: true, granting_roles: ["stytch_admin"] });
  const wrong = { ...check, resource_id: "documents" };
  await assert.rejects(client.sessions.authenticateJwtLocal({ session_jwt, authorization_check: wrong }));
  const error = await refused(client.sessions.authenticate({ session_token, authorization_check: wrong }));
  assert.equal(error.error_type, "session_authorization_error");
});

test("acting as a member", async () => {
  const { session_token, organization_id, member_id } = await loggedIn("acme-self");
  const authorization = { session_token };
  const self = { organization_id, member_id };
  const renamed = await client.organizations.members.update({ ...self, name: "A. L." }, { authorization });
  assert.equal(renamed.member.name, "A. L.");
  const error = await refused(client.organizations.delete({ organization_id }, { authorization }));
  assert.deepEqual([error.status_code, error.error_type], [403, "session_authorization_error"]);
  assert.equal((await client.organizations.members.delete(self)).member_id, member_id); // a DELETE with a body
});

test("discovery: verify an address, create an organization, exchange the session for another one", async () => {
  const email_address = "grace@hopper.test";
  const { organization: other } = await client.organizations.create({ organization_name: "Other", organization_slug: "other" });
  await client.organizations.members.create({ organization_id: other.organization_id, email_address });
  await client.magicLinks.email.discovery.send({ email_address });
  const { token } = await inbox(email_address);
  const found = await client.magicLinks.discovery.authenticate({ discovery_magic_links_token: token });
  assert.deepEqual(
    found.discovered_organizations.map((d) => [d.organization.organization_id, d.membership.type]),
    [[other.organization_id, "active_member"]],
  );
  const { intermediate_session_token } = found;
  const made = await client.discovery.organizations.create({ intermediate_session_token, organization_name: "Navy" });
  assert.equal(made.member.is_admin, true);
  const { session_token } = made;
  const over = await client.sessions.exchange({ session_token, organization_id: other.organization_id });
  assert.equal(over.member_session.organization_id, other.organization_id);
  const error = await refused(
    client.discovery.intermediateSessions.exchange({
      intermediate_session_token,
      organization_id: other.organization_id,
    }),
  );
  assert.deepEqual([error.status_code, error.error_type], [404, "intermediate_session_not_found"]);
});

test("machines get tokens, and apps act for members", async () => {
  const { m2m_client: machine } = await client.m2m.clients.create({ scopes: ["read:users", "write:users"] });
  const { client_id, client_secret } = machine;
  const { access_token } = await client.m2m.token({ client_id, client_secret, scopes: ["read:users"] });
  const claims = await client.m2m.authenticateToken({ access_token, required_scopes: ["read:users"] });
  assert.deepEqual([claims.client_id, claims.scopes], [client_id, ["read:users"]]);
  const error = await refused(client.m2m.token({ client_id, client_secret: "wrong" }));
  assert.deepEqual([error.status_code, error.error_type], [400, "invalid_client"]);

  const { organization } = await client.organizations.create({ organization_name: "Apps", organization_slug: "apps" });
  const { organization_id } = organization;
  const { member } = await client.organizations.members.create({ organization_id, email_address: "app@user.test" });
  const redirect_uri = "http://localhost:3000/callback";
  const { connected_app: app } = await client.connectedApp.clients.create({
    client_type: "third_party",
    client_name: "Reports",
    redirect_urls: [redirect_uri],
  });
  const { authorization_code } = await client.idp.oauth.authorize({
    consent_granted: true,
    scopes: ["openid"],
    client_id: app.client_id,
    redirect_uri,
    response_type: "code",
    organization_id,
    member_id: member.member_id,
  });
  const form = { grant_type: "authorization_code", code: authorization_code, redirect_uri };
  const answer = await fetch(new URL(`v1/public/${project_id}/oauth2/token`, env), {
    method: "POST",
    body: new URLSearchParams({ ...form, client_id: app.client_id, client_secret: app.client_secret }),
  });
  const tokens = await answer.json();
  const local = await client.idp.introspectTokenLocal(tokens.access_token);
  const network = await client.idp.introspectTokenNetwork({
    token: tokens.access_token,
    client_id: app.client_id,
    client_secret: app.client_secret,
  });
  assert.deepEqual([local.subject, network.subject], [member.member_id, member.member_id]);

  // The domain of the project issues tokens too. A client with that base URL accepts them.
  const domain = process.env.STYTCH_DOMAIN;
  const again = await client.idp.oauth.authorize({
    consent_granted: true,
    scopes: ["openid"],
    client_id: app.client_id,
    redirect_uri,
    response_type: "code",
    organization_id,
    member_id: member.member_id,
  });
  const issued = await fetch(`${domain}/v1/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      ...form,
      code: again.authorization_code,
      client_id: app.client_id,
      client_secret: app.client_secret,
    }),
  });
  const { access_token: at_domain } = await issued.json();
  const of_domain = new stytch.B2BClient({ project_id, secret, env: domain });
  const claims_at_domain = await of_domain.idp.introspectTokenLocal(at_domain);
  assert.equal(claims_at_domain.subject, member.member_id);
  await assert.rejects(client.idp.introspectTokenLocal(at_domain));
});

test("what is wrong comes as a StytchError with all its parts", async () => {
  const unknown = await refused(client.organizations.get({ organization_id: "no such/one?" }));
  assert.equal(unknown.error_type, "invalid_organization_id"); // decoded after routing
  const error = await refused(client.organizations.get({ organization_id: "nobody" }));
  assert.deepEqual([error.status_code, error.error_type], [404, "organization_not_found"]);
  assert.match(error.request_id, /^request-id-test-/);
  assert.match(error.error_url, /errors\/404#organization_not_found$/);
  const closed = new stytch.B2BClient({ project_id, secret: "wrong", env });
  assert.equal((await refused(closed.organizations.search({}))).error_type, "unauthorized_credentials");
  const token = await refused(client.sso.authenticate({ sso_token: "x" }));
  assert.deepEqual([token.status_code, token.error_type], [400, "invalid_token"]);
});
