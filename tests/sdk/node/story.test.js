// The conformance story with the official Node SDK: ../STORY.md. Its last step is in restart.test.js.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { control, logIn, member, message, newClient, organization, refused, tokenByRedirects, unique } from "./support.js";

// Each step has a new client: the SDK caches signing keys, and another step rotates them.
const steps = {
  async organizations(client) {
    const { organizations } = client;
    const organization_slug = unique("acme");
    const organization_external_id = unique("external");
    const trusted_metadata = { plan: "pro" };
    const { organization_id } = await organization(client, {
      organization_slug,
      organization_external_id,
      trusted_metadata,
    });
    for (const key of [organization_id, organization_slug, organization_external_id]) {
      const found = await organizations.get({ organization_id: key });
      assert.equal(found.organization.organization_id, organization_id);
    }
    await organizations.update({ organization_id, organization_name: "New" });
    const operands = [{ filter_name: "organization_slugs", filter_value: [organization_slug] }];
    const found = await organizations.search({ query: { operator: "AND", operands } });
    assert.deepEqual(
      found.organizations.map((o) => [o.organization_name, o.trusted_metadata]),
      [["New", trusted_metadata]],
    );
    await organizations.delete({ organization_id });
    await refused(404, "organization_not_found", organizations.get({ organization_id }));
  },

  async members(client) {
    const { members } = client.organizations;
    const { organization_id } = await organization(client);
    const email_address = `${unique("ada")}@acme.test`;
    const untrusted_metadata = { theme: "dark" };
    const external_id = unique("ada");
    const fields = { organization_id, email_address, name: "Ada", external_id, untrusted_metadata };
    const { member: ada } = await members.create(fields);
    const key = { organization_id, member_id: ada.member_id };
    const { member: by_id } = await members.get(key);
    assert.deepEqual(
      [by_id.email_address, by_id.name, by_id.external_id, by_id.untrusted_metadata],
      [email_address, "Ada", external_id, untrusted_metadata],
    );
    for (const found of [{ member_id: external_id }, { email_address }]) {
      assert.equal((await members.get({ organization_id, ...found })).member_id, ada.member_id);
    }
    assert.equal((await members.update({ ...key, name: "A. L." })).member.name, "A. L.");
    const operands = [{ filter_name: "member_emails", filter_value: [email_address] }];
    const found = await members.search({ organization_ids: [organization_id], query: { operator: "AND", operands } });
    assert.deepEqual(found.members.map((m) => m.member_id), [ada.member_id]);
    await logIn(client, ada); // only a member with a verified address can be reactivated
    await members.delete(key);
    const { member: again } = await members.reactivate(key);
    assert.deepEqual([again.status, again.email_address], ["active", email_address]);
  },

  async discovery(client) {
    const first = await organization(client);
    const { email_address } = await member(client, first);
    await client.magicLinks.email.discovery.send({ email_address });
    const { token } = await message(email_address);
    const found = await client.magicLinks.discovery.authenticate({ discovery_magic_links_token: token });
    assert.deepEqual(
      found.discovered_organizations.map((d) => [d.organization.organization_id, d.membership.type]),
      [[first.organization_id, "active_member"]],
    );
    const made = await client.discovery.organizations.create({
      intermediate_session_token: found.intermediate_session_token,
      organization_name: "Navy",
      organization_slug: unique("navy"),
    });
    assert.ok(made.member.roles.some((role) => role.role_id === "stytch_admin"));
    assert.equal(made.member_session.organization_id, made.organization.organization_id);
    assert.notEqual(made.organization.organization_id, first.organization_id);
    const { session_token } = made;
    const over = await client.sessions.exchange({ session_token, organization_id: first.organization_id });
    assert.equal(over.member_session.organization_id, first.organization_id);
  },

  async organization_login(client) {
    const { email } = client.magicLinks;
    const authenticate = async (address) => {
      const { token } = await message(address);
      return client.magicLinks.authenticate({ magic_links_token: token });
    };
    const domain = `${unique("acme")}.test`;
    const { organization_id } = await organization(client, {
      email_jit_provisioning: "RESTRICTED",
      email_allowed_domains: [domain],
      email_invites: "ALL_ALLOWED",
    });
    const email_address = `ada@${domain}`;
    const signup = await email.loginOrSignup({ organization_id, email_address });
    assert.equal(signup.member_created, true);
    const login = await authenticate(email_address);
    assert.deepEqual([login.member_authenticated, login.member.status], [true, "active"]);
    const { member: now } = await client.organizations.members.get({ organization_id, email_address });
    assert.equal(now.status, "active");
    const invited = `${unique("bob")}@other.test`;
    await email.invite({ organization_id, email_address: invited });
    const accepted = await authenticate(invited);
    assert.deepEqual([accepted.member_authenticated, accepted.member.email_address], [true, invited]);
    const again = await email.loginOrSignup({ organization_id, email_address });
    assert.equal(again.member_created, false);
  },

  async sessions(client) {
    const { sessions } = client;
    const [first, second] = [await organization(client), await organization(client)];
    const ada = await member(client, first);
    const { organization_id, member_id, email_address } = ada;
    await client.organizations.members.create({ organization_id: second.organization_id, email_address });
    const login = await logIn(client, ada, { session_custom_claims: { plan: "pro" } });
    const { session_token, session_jwt } = login;
    const { member_session_id } = login.member_session;
    const { member_session: by_token } = await sessions.authenticate({ session_token });
    const { member_session: by_jwt } = await sessions.authenticate({ session_jwt });
    for (const session of [by_token, by_jwt]) {
      assert.deepEqual([session.member_session_id, session.custom_claims], [member_session_id, { plan: "pro" }]);
    }
    const changed = await sessions.authenticate({ session_token, session_custom_claims: { plan: "team" } });
    assert.deepEqual(changed.member_session.custom_claims, { plan: "team" });
    const { member_sessions } = await sessions.get({ organization_id, member_id });
    assert.deepEqual(member_sessions.map((s) => s.member_session_id), [member_session_id]);
    const over = await sessions.exchange({ session_token, organization_id: second.organization_id });
    assert.equal(over.member_session.organization_id, second.organization_id);
    await sessions.revoke({ session_token });
    await refused(404, "session_not_found", sessions.authenticate({ session_token }));
    writeFileSync(process.env.STORY_JWT, (await logIn(client, ada)).session_jwt);
  },

  async local_jwt(client) {
    const ada = await member(client, await organization(client));
    const { session_jwt: first } = await logIn(client, ada, { session_custom_claims: { plan: "pro" } });
    const session = await client.sessions.authenticateJwtLocal({ session_jwt: first });
    const expected = [ada.member_id, ada.organization_id, { plan: "pro" }];
    assert.deepEqual([session.member_id, session.organization_id, session.custom_claims], expected);
    // The other helper calls the server only if the JWT can't be verified locally. Its response then has more fields.
    const either = await client.sessions.authenticateJwt({ session_jwt: first });
    assert.deepEqual(either, { member_session: session, session_jwt: first });

    await control("POST", "/keys/rotate");
    const { session_jwt: second } = await logIn(client, ada);
    const { sessions } = newClient();
    for (const session_jwt of [second, first]) {
      assert.equal((await sessions.authenticateJwtLocal({ session_jwt })).member_id, ada.member_id);
    }
    const keyOf = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[0], "base64url")).kid;
    assert.notEqual(keyOf(second), keyOf(first));
    const [header, claims, signature] = second.split(".");
    const changed = (signature[0] === "A" ? "B" : "A") + signature.slice(1);
    const session_jwt = [header, claims, changed].join(".");
    await assert.rejects(sessions.authenticateJwtLocal({ session_jwt }), { code: "jwt_invalid" });
  },

  async mfa(client) {
    const acme = await organization(client, { mfa_policy: "REQUIRED_FOR_ALL" });
    const [ada, bob] = [await member(client, acme), await member(client, acme)];
    const keyOf = (login) => ({
      organization_id: acme.organization_id,
      member_id: login.member_id,
      intermediate_session_token: login.intermediate_session_token,
    });
    const login = await logIn(client, ada);
    assert.deepEqual([login.member_authenticated, login.session_token], [false, ""]);
    const mfa_phone_number = "+14155550123";
    await client.otps.sms.send({ ...keyOf(login), mfa_phone_number });
    const { code } = await message(mfa_phone_number);
    const by_sms = await client.otps.sms.authenticate({ ...keyOf(login), code });
    assert.ok(by_sms.session_token);
    assert.equal(by_sms.member_session.authentication_factors.length, 2);

    const second = keyOf(await logIn(client, bob));
    const { secret, recovery_codes } = await client.totps.create(second);
    const by_totp = await client.totps.authenticate({ ...second, code: totp(secret) });
    assert.ok(by_totp.member_session.authentication_factors.some((factor) => factor.type === "totp"));
    const once_more = keyOf(await logIn(client, bob));
    const recovered = await client.recoveryCodes.recover({ ...once_more, recovery_code: recovery_codes[0] });
    assert.ok(recovered.session_token);
    assert.equal(recovered.member_session.member_id, bob.member_id);
  },

  async passwords(client) {
    const { passwords } = client;
    assert.equal((await passwords.strengthCheck({ password: "password" })).valid_password, false);
    const { organization_id, email_address } = await member(client, await organization(client));
    const key = { organization_id, email_address };
    const [first, second, wrong] = [unique("correct horse"), unique("battery staple"), unique("wrong")];
    await passwords.email.resetStart(key);
    const { token } = await message(email_address);
    await passwords.email.reset({ password_reset_token: token, password: first });
    assert.ok((await passwords.authenticate({ ...key, password: first })).session_token);
    await refused(401, "unauthorized_credentials", passwords.authenticate({ ...key, password: wrong }));
    await passwords.existingPassword.reset({ ...key, existing_password: first, new_password: second });
    assert.ok((await passwords.authenticate({ ...key, password: second })).session_token);
    await refused(401, "unauthorized_credentials", passwords.authenticate({ ...key, password: first }));
  },

  async sso(client) {
    const { sso } = client;
    const { organization_id } = await organization(client);
    const { connection: saml } = await sso.saml.createConnection({ organization_id, display_name: "SAML" });
    const { connection: oidc } = await sso.oidc.createConnection({ organization_id, display_name: "OIDC" });
    const [saml_id, oidc_id] = [saml.connection_id, oidc.connection_id];
    await sso.saml.updateConnection({ organization_id, connection_id: saml_id, display_name: "Okta" });
    await sso.oidc.updateConnection({ organization_id, connection_id: oidc_id, display_name: "Entra" });
    const listed = await sso.getConnections({ organization_id });
    const names = (connections) => connections.map((c) => [c.connection_id, c.display_name]);
    assert.deepEqual(names(listed.saml_connections), [[saml_id, "Okta"]]);
    assert.deepEqual(names(listed.oidc_connections), [[oidc_id, "Entra"]]);
    for (const connection_id of [saml_id, oidc_id]) {
      await sso.deleteConnection({ organization_id, connection_id });
    }
    const { saml_connections, oidc_connections } = await sso.getConnections({ organization_id });
    assert.deepEqual([saml_connections, oidc_connections], [[], []]);

    const { organization_id: globex } = await organization(client);
    const email = `${unique("ada")}@acme.test`;
    const idp = await control("POST", "/identity-providers", { organization_id: globex, type: "oidc" });
    await control("POST", "/next-identity", { provider: "oidc", email, connection_id: idp.connection_id });
    const login = await sso.authenticate({ sso_token: await tokenByRedirects(idp.start_url) });
    assert.deepEqual([login.member.email_address, login.member_authenticated], [email, true]);
    assert.deepEqual(login.member_session.authentication_factors.map((factor) => factor.type), ["sso"]);
  },

  async scim(client) {
    const { connection: connections } = client.scim;
    const { organization_id } = await organization(client);
    const { connection } = await connections.create({ organization_id, identity_provider: "okta" });
    assert.ok(connection.bearer_token);
    const { connection_id } = connection;
    const key = { organization_id, connection_id };
    const rotation = await connections.rotateStart(key);
    assert.ok(rotation.connection.next_bearer_token);
    await connections.rotateComplete(key);
    const { connection: found } = await connections.get({ organization_id });
    assert.deepEqual([found.connection_id, found.identity_provider], [connection_id, "okta"]);
    assert.equal((await connections.delete(key)).connection_id, connection_id);
  },

  async m2m({ m2m }) {
    const { m2m_client } = await m2m.clients.create({ scopes: ["read:users", "write:users"] });
    const { client_id, client_secret } = m2m_client;
    const { access_token } = await m2m.token({ client_id, client_secret, scopes: ["read:users"] });
    const claims = await m2m.authenticateToken({ access_token, required_scopes: ["read:users"] });
    assert.deepEqual([claims.client_id, claims.scopes], [client_id, ["read:users"]]);
    const { m2m_client: started } = await m2m.clients.secrets.rotateStart({ client_id });
    await m2m.clients.secrets.rotate({ client_id });
    assert.ok((await m2m.token({ client_id, client_secret: started.next_client_secret })).access_token);
    await refused(400, "invalid_client", m2m.token({ client_id, client_secret }));
    const updated = await m2m.clients.update({ client_id, status: "inactive" });
    assert.equal(updated.m2m_client.status, "inactive");
  },

  async rbac(client) {
    const { sessions, rbac } = client;
    const acme = await organization(client);
    const { organization_id } = acme;
    const authorization_check = { organization_id, resource_id: "stytch.organization", action: "update.info.name" };
    const admin = await logIn(client, await member(client, acme, { roles: ["stytch_admin"] }));
    const other = await logIn(client, await member(client, acme));
    const { verdict } = await sessions.authenticate({ session_token: admin.session_token, authorization_check });
    assert.equal(verdict.authorized, true);
    const local = await sessions.authenticateJwtLocal({ session_jwt: admin.session_jwt, authorization_check });
    assert.equal(local.member_id, admin.member_id);
    const remote = sessions.authenticate({ session_token: other.session_token, authorization_check });
    await refused(403, "session_authorization_error", remote);
    const refusal = sessions.authenticateJwtLocal({ session_jwt: other.session_jwt, authorization_check });
    await assert.rejects(refusal, { code: "invalid_permissions" });
    const roles = (await rbac.policy()).policy.roles.map((role) => role.role_id);
    assert.ok(roles.includes("stytch_member") && roles.includes("stytch_admin"), String(roles));
  },

  async acting_as_a_member(client) {
    const { organizations } = client;
    const ada = await member(client, await organization(client));
    const { organization_id, member_id } = ada;
    const { session_token } = await logIn(client, ada);
    const self = { authorization: { session_token } };
    const renamed = await organizations.members.update({ organization_id, member_id, name: "A. L." }, self);
    assert.equal(renamed.member.name, "A. L.");
    await refused(403, "session_authorization_error", organizations.delete({ organization_id }, self));
  },

  async refusals(client) {
    const { organizations, magicLinks: links, passwords, sessions } = client;
    const { members } = organizations;
    const acme = await organization(client);
    const { organization_id, organization_slug } = acme;
    const organization_name = "Acme";
    const { member_id, email_address } = await member(client, acme);
    const unknown = "11111111-1111-4111-8111-111111111111";
    const used = await logIn(client, { organization_id, email_address }).then(() => message(email_address));
    const hash = createHash("md5").update("hunter2").digest("hex");
    await passwords.migrate({ organization_id, email_address, hash, hash_type: "md_5" });
    const wrong = newClient({ secret: "wrong" });

    const no_organization = { organization_id: `organization-test-${unknown}` };
    await refused(404, "organization_not_found", organizations.get(no_organization));
    const taken = { organization_name, organization_slug };
    await refused(400, "organization_slug_already_used", organizations.create(taken));
    const spaced = { organization_name, organization_slug: "a b" };
    await refused(400, "invalid_organization_slug", organizations.create(spaced));
    const sometimes = { organization_id, mfa_policy: "SOMETIMES" };
    await refused(400, "invalid_organization_mfa_policy", organizations.update(sometimes));
    await refused(400, "user_search_invalid_cursor", organizations.search({ cursor: "x" }));
    await refused(400, "user_search_invalid_limit", organizations.search({ limit: 5000 }));
    await refused(400, "invalid_email", members.create({ organization_id, email_address: "ada" }));
    await refused(400, "duplicate_member_email", members.create({ organization_id, email_address }));
    const no_member = { organization_id, member_id: `member-test-${unknown}` };
    await refused(404, "member_not_found", members.get(no_member));
    await refused(400, "invalid_token", links.authenticate({ magic_links_token: "x" }));
    await refused(401, "unable_to_auth_magic_link", links.authenticate({ magic_links_token: used.token }));
    await refused(400, "invalid_token", links.discovery.authenticate({ discovery_magic_links_token: "x" }));
    await refused(400, "invalid_session_token", sessions.authenticate({ session_token: "x" }));
    await refused(400, "no_session_arguments", sessions.authenticate({}));
    const exchange = { intermediate_session_token: "x", organization_id };
    const { intermediateSessions } = client.discovery;
    await refused(404, "intermediate_session_not_found", intermediateSessions.exchange(exchange));
    const no_session = { organization_id, member_id, code: "000000" };
    await refused(400, "no_session_arguments", client.otps.sms.authenticate(no_session));
    const wrong_password = { organization_id, email_address, password: "wrong" };
    await refused(401, "unauthorized_credentials", passwords.authenticate(wrong_password));
    await refused(400, "invalid_token", client.oauth.authenticate({ oauth_token: "x" }));
    await refused(400, "invalid_token", client.sso.authenticate({ sso_token: "x" }));
    await refused(401, "unauthorized_credentials", wrong.organizations.search({}));
  },

  async twenty_logins(client) {
    const acme = await organization(client);
    const people = await Promise.all(Array.from({ length: 20 }, () => member(client, acme)));
    const tokens = await Promise.all(
      people.map(async ({ organization_id, email_address }) => {
        await client.magicLinks.email.loginOrSignup({ organization_id, email_address });
        return (await message(email_address)).token;
      }),
    );
    const logins = await Promise.all(
      tokens.map((magic_links_token) => client.magicLinks.authenticate({ magic_links_token })),
    );
    assert.ok(logins.every((login) => login.session_token));
    assert.equal(new Set(logins.map((login) => login.member_session.member_session_id)).size, 20);
  },
};

// The code of RFC 6238 for now.
function totp(secret) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

describe("story", { concurrency: true }, () => {
  for (const [name, step] of Object.entries(steps)) {
    test(name, async () => {
      await step(newClient());
      appendFileSync(process.env.STORY_STEPS, `${name}\n`);
    });
  }
});
