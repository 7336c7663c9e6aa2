import { discard, sharedServer, testProject } from "./fixtures.js";
import type { MockStytch } from "./mock.js";
import type { StytchClient } from "./sdk.js";

declare const expect: { getState?: () => { currentTestName?: string } } | undefined;
declare const afterEach: ((hook: () => Promise<void>) => void) | undefined;

let current: Promise<MockStytch> | undefined;

/** Return the project of the present test. It is created by the first call, and emptied after the test. */
export function mockstytch(): Promise<MockStytch> {
  const label = typeof expect === "undefined" ? undefined : expect.getState?.().currentTestName;
  current ??= sharedServer().then((server) => testProject(server, label));
  return current;
}

/** Return the official client for that project. */
export async function stytchClient(): Promise<StytchClient> {
  return (await mockstytch()).client();
}

if (typeof afterEach !== "undefined") {
  afterEach(async () => {
    const used = current;
    current = undefined;
    if (used) await discard(await used);
  });
}
