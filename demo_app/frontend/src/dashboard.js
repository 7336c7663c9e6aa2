// The dashboard: the session with its JWT, and the member's other organizations.
import {
  client,
  messageOf,
  requireLogin,
  SESSION_MINUTES,
  settings,
  showPage,
  showProblem,
  unwatchSession,
  watchSession,
} from "./shared/app.js";
import { fill } from "./shared/forms.js";

const { member, organization, member_session: session } = await requireLogin();

fill({
  "organization-name": organization.organization_name,
  "organization-slug": organization.organization_slug,
  "member-name": member.name || "–",
  "member-name-or-email": member.name || member.email_address,
  "member-email": member.email_address,
  expires: new Date(session.expires_at).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" }),
  factors: session.authentication_factors.map(factorName).join(", "),
});
document.querySelector('[data-field="expires"]').dateTime = session.expires_at;
document.querySelector('[data-field="roles"]').append(...session.roles.flatMap((role) => [code(role), " "]));
document.title = `${organization.organization_name} · Demo app`;

showJWT(client.session.getTokens().session_jwt);
showPage();
await showOrganizations().catch((error) => showProblem(messageOf(error)));

// The name of a factor. "oauth" and "otp" are too general: name the provider or the channel.
function factorName({ type, delivery_method: delivery }) {
  if (type === "oauth") return settings.methodNames[`${delivery.split("_").pop()}_oauth`] ?? delivery;
  if (type === "otp") return settings.methodNames[delivery === "sms" ? "sms_otp" : "email_otp"];
  return settings.methodNames[type] ?? type.replaceAll("_", " ");
}

function code(text) {
  const element = document.createElement("code");
  element.textContent = text;
  return element;
}

function showJWT(jwt) {
  const [, claims] = jwt.split(".");
  const bytes = Uint8Array.from(atob(claims.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  document.getElementById("jwt-claims").textContent = JSON.stringify(
    JSON.parse(new TextDecoder().decode(bytes)),
    null,
    2,
  );
  document.getElementById("jwt").textContent = jwt;
}

async function showOrganizations() {
  const { discovered_organizations: discovered } = await client.discovery.organizations.list();
  const others = discovered.filter((other) => other.organization.organization_id !== organization.organization_id);
  document.getElementById("organizations").append(...others.map(organizationForm));
  document.getElementById("no-organizations").hidden = others.length > 0;
}

function organizationForm({ organization: other, membership }) {
  const form = document.getElementById("organization").content.cloneNode(true).querySelector("form");
  const [button, name] = [form.querySelector("button"), other.organization_name];
  const isActive = membership.type === "active_member";
  form.querySelector("h3").textContent = name;
  form.querySelector(".hint").hidden = isActive;
  button.textContent = isActive ? "Switch" : "Accept invitation";
  button.setAttribute("aria-label", `${button.textContent} to ${name}`);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    unwatchSession();
    switchTo(other).catch((error) => {
      watchSession();
      showProblem(messageOf(error));
      button.disabled = false;
    });
  });
  return form;
}

// Exchange the session for one of another organization. If it requires more than this session has, log in there.
async function switchTo(other) {
  const { member_authenticated: isComplete } = await client.session.exchange({
    organization_id: other.organization_id,
    session_duration_minutes: SESSION_MINUTES,
  });
  location.assign(isComplete ? "/browser/dashboard" : `/browser/org/${encodeURIComponent(other.organization_slug)}`);
}
