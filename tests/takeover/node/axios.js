// The package axios. Its own support of proxies sends complete https URLs to the proxy.
import axios from "axios";

const auth = { username: process.env.STYTCH_PROJECT_ID, password: process.env.STYTCH_SECRET };
const { data } = await axios.post(
  "https://test.stytch.com/v1/b2b/organizations", { organization_name: "Acme", organization_slug: "acme" }, { auth });
console.log(data.organization.organization_name);
