import { startForAllWorkers } from "./fixtures.js";

const KEY = Symbol.for("mockstytch.stop");

/** Start a server for all test files. `mockstytch/jest/global-teardown` stops it. */
export default async function setup(): Promise<void> {
  (globalThis as Record<symbol, unknown>)[KEY] = await startForAllWorkers();
}
