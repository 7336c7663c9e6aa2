// The package undici.
import { request } from "undici";

const { STYTCH_PROJECT_ID, STYTCH_SECRET } = process.env;
const { body } = await request("https://test.stytch.com/v1/b2b/organizations", {
  method: "POST",
  headers: { authorization: `Basic ${btoa(`${STYTCH_PROJECT_ID}:${STYTCH_SECRET}`)}` },
  body: JSON.stringify({ organization_name: "Acme", organization_slug: "acme" }),
});
console.log((await body.json()).organization.organization_name);
