// The SDK's prebuilt login: by discovery, or for one organization. Links in e-mails and providers lead back here.
import { B2BProducts, StytchB2B } from "@stytch/vanilla-js/b2b";

import { client, REDIRECT_URL, SESSION_MINUTES, settings } from "./shared/app.js";
import { presentation } from "./shared/theme.js";

const RESET_PASSWORD = "/browser/reset-password";
const container = document.getElementById("login");
const query = new URLSearchParams(location.search);

// The prebuilt login shows its form for a new password only if the URL has this parameter.
if (location.pathname === RESET_PASSWORD && query.has("token")) {
  query.set("stytch_redirect_type", "reset_password");
  history.replaceState(null, "", `?${query}`);
}

const redirects = { loginRedirectURL: REDIRECT_URL, signupRedirectURL: REDIRECT_URL, discoveryRedirectURL: REDIRECT_URL };
const { emailMagicLinks, emailOtp, oauth, passwords, sso } = B2BProducts;
const config = {
  authFlowType: settings.slug ? "Organization" : "Discovery",
  organizationSlug: settings.slug || null,
  // A password belongs to one organization, unless the project turns cross-organization passwords on.
  products: settings.slug
    ? [emailMagicLinks, emailOtp, passwords, oauth, sso]
    : [emailMagicLinks, emailOtp, oauth, sso],
  sessionOptions: { sessionDurationMinutes: SESSION_MINUTES },
  emailMagicLinksOptions: redirects,
  oauthOptions: { ...redirects, providers: ["google", "microsoft", "github"] },
  ssoOptions: redirects,
  passwordOptions: { ...redirects, resetPasswordRedirectURL: location.origin + RESET_PASSWORD },
};

function onEvent({ type }) {
  if (type === "AUTHENTICATE_FLOW_COMPLETE") location.assign("/browser/dashboard");
}

if (client.session.getSync() && !query.has("token")) {
  location.replace("/browser/dashboard");
} else {
  customElements.define("stytch-login", StytchB2B);
  const login = new StytchB2B();
  login.render({ client, config, presentation, callbacks: { onEvent } });
  container.append(login);
}

// The link to the inbox shows the messages to the address that was typed last.
container.addEventListener("input", (event) => {
  const [link, target] = [document.getElementById("inbox-link"), event.composedPath()[0]];
  if (link && target.type === "email") link.href = `${settings.inboxURL}?to=${encodeURIComponent(target.value)}`;
});
