// Keeps a page up to date: waits until the control API reports something new, then fetches the page again and replaces the
// parts that changed. All HTML is rendered on the server.

const main = document.querySelector("main");
const state = document.getElementById("state");
const renderedHtml = new Map([...document.querySelectorAll("[data-live]")].map((part) => [part, part.innerHTML]));
let pendingRequest = new AbortController();

async function refresh() {
  const response = await fetch(location.href, { cache: "no-store" });
  if (response.status === 404) location.replace(document.querySelector(".brand").href); // the open message was deleted
  if (!response.ok) throw new Error(`${response.status} ${location.href}`);
  const newPage = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const newPart = newPage.getElementById(part.id);
    if (!newPart) continue;
    if (part.dataset.live === "rows") updateRows(part, newPart);
    else if (renderedHtml.get(part) !== newPart.innerHTML) {
      renderedHtml.set(part, newPart.innerHTML);
      part.replaceChildren(...newPart.childNodes);
    }
  }
  main.dataset.after = newPage.querySelector("main").dataset.after;
  showCopyButtons();
}

// Existing rows aren't replaced, so they don't flicker and keep focus and selection.
function updateRows(list, newList) {
  for (const row of [...list.children]) if (!newList.children.namedItem(row.id)) row.remove();
  let next = list.firstElementChild;
  for (const row of [...newList.children]) {
    if (next?.id === row.id) next = next.nextElementSibling;
    else {
      row.classList.add("new");
      list.insertBefore(row, next);
    }
  }
}

async function checkForChanges() {
  if ("poll" in main.dataset) return { isNew: true, waited: false }; // existing rows can change too
  const after = main.dataset.after;
  const response = await fetch(`${main.dataset.watch}&after=${after}`, { signal: pendingRequest.signal });
  const { messages, next_after, requests } = await response.json();
  const newest = messages ? next_after : requests.at(-1)?.request_id; // throws if the call failed: follow() retries
  return { isNew: (newest ?? "") !== after, waited: Boolean(messages) };
}

async function follow() {
  for (let stale = false; ; ) {
    try {
      if (document.hidden) {
        await new Promise((visible) => document.addEventListener("visibilitychange", visible, { once: true }));
        stale = true;
        continue;
      }
      if (stale) await refresh();
      showState("Live", "live");
      stale = false;
      pendingRequest = new AbortController();
      const { isNew, waited } = await checkForChanges();
      stale = isNew || waited; // also without a new message: the inbox may have been emptied, or the clock moved
      if (!waited) await pause(1000);
    } catch {
      if (document.hidden) continue;
      showState("Reconnecting…", "lost");
      await pause(2000);
      stale = true;
    }
  }
}

function showState(text, name) {
  if (state.textContent !== text) state.textContent = text;
  state.className = `state ${name}`;
  state.hidden = false;
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A browser opens only a few connections to one host, so a hidden page doesn't keep one.
document.addEventListener("visibilitychange", () => document.hidden && pendingRequest.abort());

function showCopyButtons() {
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  const label = button.textContent;
  button.textContent = "Copied";
  button.disabled = true;
  await pause(1200);
  button.textContent = label;
  button.disabled = false;
});

document.addEventListener("change", (event) => "submit" in event.target.dataset && event.target.form.requestSubmit());

// A file that is chosen fills a text field. Without scripts, the text is pasted.
for (const input of document.querySelectorAll("[data-fill]")) {
  input.hidden = false;
  input.addEventListener("change", async () => {
    document.getElementById(input.dataset.fill).value = await input.files[0].text();
  });
}

// The project switcher: what is typed is searched for on the page of projects. Without scripts, the form opens that page.
const switcher = document.getElementById("switcher");
let searches = 0;

async function findProjects() {
  const form = switcher.querySelector("form");
  const search = ++searches;
  const response = await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}&rows=8`);
  if (!response.ok || search !== searches) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const links = [...page.querySelectorAll("[data-project]")];
  document.getElementById("found-projects").replaceChildren(
    ...links.map((link) => {
      const item = document.createElement("li");
      item.append(link);
      return item;
    }),
  );
}

switcher?.addEventListener("toggle", () => {
  if (!switcher.open) return;
  switcher.querySelector("input[type=search]").focus();
  findProjects();
});
switcher?.addEventListener("input", findProjects);

// Keys: the dialog in page.html lists them.
let isAfterG = false;
const pages = ["organizations", "requests", "webhooks", "settings", "faults"];
const places = Object.fromEntries([["i", "/_mock/"], ...pages.map((page) => [page[0], `/_mock/${page}`])]);

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const wasAfterG = isAfterG;
  isAfterG = event.key === "g";
  if (wasAfterG && event.key in places) followNavigation(places[event.key]);
  else if (event.key === "j") moveFocus(1);
  else if (event.key === "k") moveFocus(-1);
  else if (event.key === "/") document.querySelector("main input[type=search]")?.focus();
  else if (event.key === "?") document.getElementById("keys").showModal();
  else return;
  event.preventDefault();
});

function followNavigation(path) {
  [...document.querySelectorAll(".top nav a")].find((link) => new URL(link.href).pathname === path)?.click();
}

function moveFocus(step) {
  const links = [...document.querySelectorAll("#rows a")].filter((link) => link.offsetParent);
  const focused = links.indexOf(document.activeElement);
  const current = focused >= 0 ? focused : links.findIndex((link) => link.hasAttribute("aria-current"));
  links[current < 0 ? 0 : Math.min(Math.max(current + step, 0), links.length - 1)]?.focus();
}

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

showCopyButtons();
document.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
if (main.dataset.watch || "poll" in main.dataset) follow();
