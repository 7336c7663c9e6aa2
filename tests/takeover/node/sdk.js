// The official SDK: the API, the fraud host, and the JWKS.
import stytch from "stytch";

const { STYTCH_PROJECT_ID, STYTCH_SECRET, MOCKSTYTCH_URL } = process.env;
const client = new stytch.B2BClient({ project_id: STYTCH_PROJECT_ID, secret: STYTCH_SECRET });
const { organization } = await client.organizations.create({ organization_name: "Acme", organization_slug: "acme" });
const { organization_id } = organization;
const { member } = await client.organizations.members.create({ organization_id, email_address: "ada@acme.example" });
await client.magicLinks.email.loginOrSignup({ organization_id, email_address: member.email_address });
const inbox = await fetch(`${MOCKSTYTCH_URL}/_mock/api/messages/latest?project_id=${STYTCH_PROJECT_ID}`);
const { token } = await inbox.json();
const session = await client.magicLinks.authenticate({ magic_links_token: token, session_duration_minutes: 60 });
await client.sessions.authenticateJwtLocal({ session_jwt: session.session_jwt });
await client.fraud.rules.list({});
console.log(organization.organization_name);
