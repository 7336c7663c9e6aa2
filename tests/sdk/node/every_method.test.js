// Calls every method of the SDK that a prepared call names.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import stytch from "stytch";

const { STYTCH_ENV: env, STYTCH_CALLS: file, STYTCH_METHODS: list } = process.env;

// The SDK's name of a member, in any case: it has methodNames, deleteTOTP and getJWKS.
function find(object, name) {
  const wanted = name.replaceAll("_", "").toLowerCase();
  for (let owner = object; owner; owner = Object.getPrototypeOf(owner)) {
    const found = Object.getOwnPropertyNames(owner).find((key) => key.toLowerCase() === wanted);
    if (found) return found;
  }
  assert.fail(`the SDK has no ${name}`);
}

for (const { operation, project_id, secret, fields, session_token, session_jwt } of JSON.parse(readFileSync(file))) {
  test(operation, async () => {
    const client = new stytch.B2BClient({ project_id, secret, env, fraud_env: env });
    const names = operation.split(".");
    const method = names.pop();
    const resource = names.reduce((parent, name) => parent[find(parent, name)], client);
    const authorization = session_token || session_jwt ? { session_token, session_jwt } : undefined;
    const response = await resource[find(resource, method)](fields, authorization && { authorization });
    assert.ok(response && typeof response === "object", String(response));
  });
}

test("methods are listed", () => {
  const client = new stytch.B2BClient({ project_id: "project-test-x", secret: "secret", env });
  writeFileSync(list, methods(client).join("\n"));
});

// The methods below a resource. The client's other properties aren't of classes that send requests.
function methods(resource, prefix = "") {
  const resources = Object.entries(resource).filter(([, value]) => value?.fetchConfig && value !== resource);
  const own = prefix ? Object.getOwnPropertyNames(Object.getPrototypeOf(resource)) : [];
  return [
    ...own.filter((name) => name !== "constructor").map((name) => prefix + name),
    ...resources.flatMap(([name, value]) => methods(value, `${prefix}${name}.`)),
  ];
}
