// What the tests share: the project of the environment, its messages, and a login by link.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import stytch from "stytch";

const { STYTCH_PROJECT_ID: project_id, STYTCH_SECRET: secret } = process.env;
const env = process.env.STYTCH_ENV.replace(/\/$/, "");

export const newClient = (options = {}) => new stytch.B2BClient({ project_id, secret, env, ...options });
export const unique = (prefix) => `${prefix}-${randomUUID().slice(0, 13)}`;

export async function control(method, path, fields) {
  const headers = { Authorization: "Basic " + btoa(`${project_id}:${secret}`) };
  const response = await fetch(`${env}/_mock/api${path}`, { method, headers, body: fields && JSON.stringify(fields) });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json();
}

// Follows the redirects of a browser, which has cookies. The last one leads to the app, which isn't there.
export async function tokenByRedirects(url) {
  const cookies = new Set();
  while (url.startsWith(env)) {
    const { headers } = await fetch(url, { redirect: "manual", headers: { Cookie: [...cookies].join("; ") } });
    headers.getSetCookie().forEach((cookie) => cookies.add(cookie.split(";")[0]));
    url = headers.get("location");
  }
  return new URL(url).searchParams.get("token");
}

export const message = (to) => control("GET", `/messages/latest?to=${encodeURIComponent(to)}`);

export async function organization(client, settings = {}) {
  const fields = { organization_name: "Acme", organization_slug: unique("acme"), ...settings };
  return (await client.organizations.create(fields)).organization;
}

export async function member(client, { organization_id }, fields = {}) {
  const email_address = `${unique("ada")}@acme.test`;
  return (await client.organizations.members.create({ organization_id, email_address, ...fields })).member;
}

export async function logIn(client, { organization_id, email_address }, options = {}) {
  await client.magicLinks.email.loginOrSignup({ organization_id, email_address });
  const { token } = await message(email_address);
  return client.magicLinks.authenticate({ magic_links_token: token, ...options });
}

export async function refused(status, type, promise) {
  const error = await promise.then(() => assert.fail(`it was not refused with ${type}`), (e) => e);
  assert.ok(error instanceof stytch.StytchError, String(error));
  assert.deepEqual([error.status_code, error.error_type], [status, type]);
  assert.ok(error.request_id);
  assert.ok(error.error_url);
}
