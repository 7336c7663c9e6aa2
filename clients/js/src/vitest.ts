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
    await withProject(await sharedServer(), titleOf(task), mockstytchSeed, async (mock) => {
      await use(mock);
      if (task.result?.state === "fail") console.error(`Requests of this test:\n${await mock.requests.summary()}`);
    });
  },
  stytchClient: async ({ mockstytch }, use) => {
    await use(await mockstytch.client());
  },
});

export const it = test;

interface Titled {
  name: string;
  suite?: Titled | undefined;
  file?: { name: string };
}

/** Return the file of a test, and the titles of its suites and of the test itself. */
function titleOf(task: Titled): string {
  const titles: string[] = [];
  for (let part: Titled | undefined = task; part; part = part.suite) titles.unshift(part.name);
  const file = task.file?.name;
  return (file === undefined || titles[0] === file ? titles : [file, ...titles]).join(" > ");
}
