import { test as base } from "@playwright/test";
import { withProject } from "./fixtures.js";
import { MockStytch } from "./mock.js";
import type { StytchClient } from "./sdk.js";
import type { Seed } from "./types.js";

export { expect } from "@playwright/test";

export interface TestFixtures {
  /** The seed of each test's project: `test.use({ mockstytchSeed: { … } })`. */
  mockstytchSeed: Seed | undefined;
  /** A project just for this test. Its public token is `globalThis.STYTCH_PUBLIC_TOKEN` in the test's pages. */
  mockstytch: MockStytch;
  /** The official client for that project. */
  stytchClient: StytchClient;
}

export interface WorkerFixtures {
  /** The server to use. "" is the one in `MOCKSTYTCH_URL`; without it, each worker starts one. */
  mockstytchUrl: string;
  /** The server, with its default project. */
  mockstytchServer: MockStytch;
}

/** Playwright's `test` with the fixtures `mockstytch` and `stytchClient`. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  mockstytchUrl: ["", { option: true, scope: "worker" }],
  mockstytchSeed: [undefined, { option: true }],
  mockstytchServer: [
    async ({ mockstytchUrl }, use) => {
      const server = await MockStytch.start(mockstytchUrl ? { url: mockstytchUrl } : {});
      await use(server);
      await server.close();
    },
    { scope: "worker" },
  ],
  mockstytch: async ({ mockstytchServer, mockstytchSeed }, use, testInfo) => {
    await withProject(mockstytchServer, testInfo.titlePath.join(" > "), mockstytchSeed, async (mock) => {
      await use(mock);
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach("mockstytch-requests.txt", { body: await mock.requests.summary() });
      }
    });
  },
  stytchClient: async ({ mockstytch }, use) => {
    await use(await mockstytch.client());
  },
  context: async ({ context, mockstytch }, use) => {
    await context.addInitScript(`globalThis.STYTCH_PUBLIC_TOKEN = ${JSON.stringify(mockstytch.publicToken)};`);
    await use(context);
  },
});
