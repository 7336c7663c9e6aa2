// What every page has: its configuration from the test, the client's options, and the functions that tests call.

// The JSON that `app_page(name, …)` was called with.
export const config = JSON.parse(document.getElementById("config").textContent);

// The client's constructor options. `endpoints: false` leaves the SDK's own host names.
export function clientOptions() {
  const { endpoints, client } = config;
  return endpoints === false ? { ...client } : { endpoints, ...client };
}

window.events = [];
window.errors = [];
export const callbacks = {
  onEvent: (event) => window.events.push(plain(event)),
  onError: (error) => window.errors.push(plain(error)),
};

// Make the client available to tests: `window.call("magicLinks.email.discovery.send", [{…}])`. `onCall` gets the method
// and the outcome of each call.
export function expose(client, onCall = () => {}) {
  window.stytch = client;
  window.call = async (method, args) => {
    let outcome;
    try {
      outcome = { result: plain(await invoke(method, args)) ?? null };
    } catch (error) {
      outcome = { error: plain(error) };
    }
    onCall(method, outcome);
    return outcome;
  };
  // Subscribe to changes. The arguments of each call are added to `window.changes[method]`.
  window.changes = {};
  window.subscribe = (method) => {
    const calls = (window.changes[method] = []);
    window.unsubscribe = invoke(method, [(...args) => calls.push(plain(args))]);
  };
  window.methods = () => methodsOf(client, [], new Set()).sort();
  return client;
}

// The paths of all methods of an object and of the objects that belong to it, inherited methods included.
function methodsOf(object, path, seen) {
  const names = new Set();
  for (let owner = object; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    Object.getOwnPropertyNames(owner).forEach((name) => names.add(name));
  }
  seen.add(object);
  return [...names].flatMap((name) => {
    const value = object[name];
    if (name.startsWith("_") || name === "constructor") return [];
    if (typeof value === "function") return [[...path, name].join(".")];
    if (typeof value !== "object" || value === null || value instanceof Promise) return [];
    return seen.has(value) ? [] : methodsOf(value, [...path, name], seen);
  });
}

function invoke(method, args) {
  const names = method.split(".");
  const name = names.pop();
  const owner = names.reduce((object, key) => object[key], window.stytch);
  return owner[name](...args);
}

// A value as JSON. An error has its class and message as well.
function plain(value) {
  if (value === undefined) return undefined;
  return JSON.parse(
    JSON.stringify(value, (key, item) =>
      item instanceof Error ? { ...item, name: item.name, message: item.message } : item,
    ),
  );
}
