// Keeps a page up to date: waits at the control API until there is something new, then fetches the page again and takes
// over what differs. The server alone knows how things look.

const main = document.querySelector("main");
const state = document.getElementById("state");
const served = new Map([...document.querySelectorAll("[data-live]")].map((shown) => [shown, shown.innerHTML]));
let waiting = new AbortController();

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (answer.status === 404) location.replace(document.querySelector(".brand").href); // the opened message is gone
  if (!answer.ok) throw new Error(`${answer.status} ${location.href}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const shown of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(shown.id);
    if (!now) continue;
    if (shown.dataset.live === "rows") takeRows(shown, now);
    else if (served.get(shown) !== now.innerHTML) {
      served.set(shown, now.innerHTML);
      shown.replaceChildren(...now.childNodes);
    }
  }
  main.dataset.after = fresh.querySelector("main").dataset.after;
  offerCopying();
}

// Rows that are there stay untouched, so that nothing flickers and focus and selection survive.
function takeRows(shown, now) {
  for (const row of [...shown.children]) if (!now.children.namedItem(row.id)) row.remove();
  let next = shown.firstElementChild;
  for (const row of [...now.children]) {
    if (next?.id === row.id) next = next.nextElementSibling;
    else {
      row.classList.add("new");
      shown.insertBefore(row, next);
    }
  }
}

async function newest() {
  if ("poll" in main.dataset) return { isNew: true, waited: false }; // rows that are there change, too
  const after = main.dataset.after;
  const answer = await fetch(`${main.dataset.watch}&after=${after}`, { signal: waiting.signal });
  const { messages, next_after, requests } = await answer.json();
  const seen = messages ? next_after : requests.at(-1)?.request_id; // of a refusal: an error, which is tried again
  return { isNew: (seen ?? "") !== after, waited: Boolean(messages) };
}

async function follow() {
  for (let stale = false; ; ) {
    try {
      if (document.hidden) {
        await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
        stale = true;
        continue;
      }
      if (stale) await refresh();
      say("Live", "live");
      stale = false;
      waiting = new AbortController();
      const { isNew, waited } = await newest();
      stale = isNew || waited; // even if nothing came: the inbox may have been emptied, the clock moved
      if (!waited) await pause(1000);
    } catch {
      if (document.hidden) continue;
      say("Reconnecting…", "lost");
      await pause(2000);
      stale = true;
    }
  }
}

function say(text, name) {
  if (state.textContent !== text) state.textContent = text;
  state.className = `state ${name}`;
  state.hidden = false;
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A browser opens only a few connections to one host: a page that nobody sees holds none.
document.addEventListener("visibilitychange", () => document.hidden && waiting.abort());

function offerCopying() {
  if (navigator.clipboard) for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  const said = button.textContent;
  button.textContent = "Copied";
  button.disabled = true;
  await pause(1200);
  button.textContent = said;
  button.disabled = false;
});

document.addEventListener("change", (event) => "submit" in event.target.dataset && event.target.form.requestSubmit());

offerCopying();
document.querySelector("[aria-current=true]")?.scrollIntoView({ block: "nearest" });
if (main.dataset.watch || "poll" in main.dataset) follow();
