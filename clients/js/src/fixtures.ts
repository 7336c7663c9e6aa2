// What the fixtures of all test runners share.
import { randomUUID } from "node:crypto";
import { MockStytch, type StartOptions } from "./mock.js";
import type { Seed } from "./types.js";

// Processes that a test runner starts after this module was loaded inherit the id, so that they belong to one run.
process.env.MOCKSTYTCH_RUN_ID ||= randomUUID();

/** Create a project of this test run. */
export function testProject(server: MockStytch, label: string | undefined, seed?: Seed): Promise<MockStytch> {
  const runId = process.env.MOCKSTYTCH_RUN_ID;
  return server.newProject({ ...(seed !== undefined && { seed }), ...(label && { label }), ...(runId && { runId }) });
}

let shared: Promise<MockStytch> | undefined;

/** Return the server of this process: the one at `MOCKSTYTCH_URL`, or one that is started now, once. */
export function sharedServer(options: StartOptions = {}): Promise<MockStytch> {
  shared ??= MockStytch.start(options);
  return shared;
}

/** Run a test with a new project, and empty the project afterwards. */
export async function withProject(
  server: MockStytch,
  label: string,
  seed: Seed | undefined,
  use: (mock: MockStytch) => Promise<void>,
): Promise<void> {
  const mock = await testProject(server, label, seed);
  try {
    await use(mock);
  } finally {
    await discard(mock);
  }
}

/** Empty a project, so that a long run doesn't fill the server. */
export async function discard(mock: MockStytch): Promise<void> {
  await mock.reset({ to: "empty" });
  await mock.snapshots.clear();
}

/**
 * Start a server for all test files, and set `MOCKSTYTCH_URL` for the processes that run them.
 *
 * @returns a function that stops it.
 */
export async function startForAllWorkers(): Promise<() => Promise<void>> {
  const isGiven = Boolean(process.env.MOCKSTYTCH_URL);
  const mock = await MockStytch.start();
  if (isGiven) return async () => {};
  process.env.MOCKSTYTCH_URL = mock.url;
  console.log(`mockstytch: ${mock.startedBy} serves ${mock.url}/_mock/`);
  return async () => {
    delete process.env.MOCKSTYTCH_URL;
    await mock.close();
  };
}
