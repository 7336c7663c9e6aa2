// Connected apps get tokens of a member, from the project's API and from its domain. Run by test_node.py.

import assert from "node:assert/strict";
import { test } from "node:test";
import { member, newClient, organization } from "./support.js";

const redirect_uri = "http://localhost:3000/callback";

async function connectedApp(client) {
  const { connected_app } = await client.connectedApp.clients.create({
    client_type: "third_party",
    client_name: "Reports",
    redirect_urls: [redirect_uri],
  });
  return connected_app;
}

// An access token of the member, issued at the URL.
async function accessToken(client, { client_id, client_secret }, { organization_id, member_id }, url) {
  const { authorization_code } = await client.idp.oauth.authorize({
    consent_granted: true,
    scopes: ["openid"],
    client_id,
    redirect_uri,
    response_type: "code",
    organization_id,
    member_id,
  });
  const form = { grant_type: "authorization_code", code: authorization_code, redirect_uri, client_id, client_secret };
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  return (await response.json()).access_token;
}

test("apps act for members", async () => {
  const client = newClient();
  const ada = await member(client, await organization(client));
  const app = await connectedApp(client);
  const { STYTCH_PROJECT_ID: project_id, STYTCH_ENV: env } = process.env;
  const token = await accessToken(client, app, ada, new URL(`/v1/public/${project_id}/oauth2/token`, env));
  const local = await client.idp.introspectTokenLocal(token);
  const { client_id, client_secret } = app;
  const network = await client.idp.introspectTokenNetwork({ token, client_id, client_secret });
  assert.deepEqual([local.subject, network.subject], [ada.member_id, ada.member_id]);
});

test("the domain of the project issues tokens too, which a client with that base URL accepts", async () => {
  const client = newClient();
  const ada = await member(client, await organization(client));
  const { STYTCH_DOMAIN: domain } = process.env;
  const token = await accessToken(client, await connectedApp(client), ada, `${domain}/v1/oauth2/token`);
  const claims = await newClient({ env: domain }).idp.introspectTokenLocal(token);
  assert.equal(claims.subject, ada.member_id);
  await assert.rejects(client.idp.introspectTokenLocal(token));
});
