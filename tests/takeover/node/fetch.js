// Node's own fetch.
const { STYTCH_PROJECT_ID, STYTCH_SECRET } = process.env;
const response = await fetch("https://test.stytch.com/v1/b2b/organizations", {
  method: "POST",
  headers: { Authorization: `Basic ${btoa(`${STYTCH_PROJECT_ID}:${STYTCH_SECRET}`)}` },
  body: JSON.stringify({ organization_name: "Acme", organization_slug: "acme" }),
});
console.log((await response.json()).organization.organization_name);
