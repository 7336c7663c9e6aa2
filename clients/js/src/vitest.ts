import { test as base } from "vitest";
import { sharedServer, withProject } from "./fixtures.js";
import type { MockStytch } from "./mock.js";
import type { StytchClient } from "./sdk.js";
import type { Seed } from "./types.js";

export interface Fixtures {
  /** The seed of the test's project. Undefined is an empty project. */
  mockstytchSeed: Seed | undefined;
  /** A project just for this test. */
  mockstytch: MockStytch;
  /** The official client for that project. */
  stytchClient: StytchClient;
}

/** Vitest's `test` with the fixtures `mockstytch` and `stytchClient`. */
export const test = base.extend<Fixtures>({
  mockstytchSeed: async ({}, use) => use(undefined),
  mockstytch: async ({ mockstytchSeed, task }, use) => {
    await withProject(await sharedServer(), mockstytchSeed, async (mock) => {
      await use(mock);
      if (task.result?.state === "fail") console.error(`Requests of this test:\n${await mock.requests.summary()}`);
    });
  },
  stytchClient: async ({ mockstytch }, use) => {
    await use(await mockstytch.client());
  },
});

export const it = test;
