// What every page has: its settings from the server, the SDK's client, messages, and the check of the session.
import { createStytchB2BClient } from "@stytch/vanilla-js/b2b/headless";

export const settings = JSON.parse(document.getElementById("settings").textContent);
export const SESSION_MINUTES = 60;
export const REDIRECT_URL = `${location.origin}/browser/authenticate`;

// The option "endpoints" isn't in the SDK's documentation. It points the SDK to another server than Stytch's.
export const client = createStytchB2BClient(
  settings.publicToken,
  settings.endpoints ? { endpoints: settings.endpoints } : {},
);

// Return the response of "sessions authenticate". Without a session, go to the login page, then or later: the member can
// log out in another tab.
export async function requireLogin() {
  try {
    const login = await client.session.authenticate();
    watchSession();
    document.getElementById("logout").addEventListener("click", logOut);
    return login;
  } catch (error) {
    document.getElementById("loading").hidden = true;
    if (client.session.getSync()) showProblem(messageOf(error));
    else location.replace("/browser");
    return new Promise(() => {}); // the page does nothing else
  }
}

let stopWatching = () => {};

// Go to the login page when the session ends. A page leaves once: a second navigation would abort the first.
export function watchSession() {
  stopWatching = client.session.onChange((session) => {
    if (session) return;
    stopWatching();
    location.assign("/browser");
  });
}

// Call this before a call that can end the session and leads to another page itself.
export function unwatchSession() {
  stopWatching();
}

// Show the page. Until its script has filled it in and listens to its forms, it is hidden.
export function showPage() {
  document.getElementById("loading").hidden = true;
  document.getElementById("content").hidden = false;
}

async function logOut() {
  unwatchSession();
  await client.session.revoke({ forceClear: true }).catch(() => {}); // the session is over in this browser in any case
  location.assign("/browser");
}

// Return the text for an error of the SDK: the app's own, or the API's.
export function messageOf(error) {
  return settings.messages[error.error_type] ?? error.error_message ?? error.message;
}

export function showNotice(text, link) {
  const notice = document.getElementById("notice");
  notice.replaceChildren(text, ...(link ? [" ", link] : []));
  notice.hidden = false;
  document.getElementById("problem").hidden = true;
}

export function showProblem(text) {
  const problem = document.getElementById("problem");
  problem.textContent = text;
  problem.hidden = false;
  document.getElementById("notice").hidden = true;
}

// Return a link to the inbox for an e-mail address or a phone number, or undefined if there is no inbox.
export function inboxLink(address) {
  if (!settings.inboxURL) return undefined;
  const link = document.createElement("a");
  link.id = "inbox-link";
  link.href = `${settings.inboxURL}?to=${encodeURIComponent(address)}`;
  link.textContent = "Open the inbox";
  return link;
}
