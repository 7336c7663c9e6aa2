// Node's module https.
import https from "node:https";

const { STYTCH_PROJECT_ID, STYTCH_SECRET } = process.env;
const options = { method: "POST", auth: `${STYTCH_PROJECT_ID}:${STYTCH_SECRET}` };
const request = https.request("https://test.stytch.com/v1/b2b/organizations", options, async (response) => {
  const chunks = await response.setEncoding("utf8").toArray();
  console.log(JSON.parse(chunks.join("")).organization.organization_name);
});
request.end(JSON.stringify({ organization_name: "Acme", organization_slug: "acme" }));
