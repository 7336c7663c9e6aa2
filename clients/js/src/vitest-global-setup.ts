import { startForAllWorkers } from "./fixtures.js";

/** Start a server for all test files. Vitest calls the returned function at the end. */
export default function setup(): Promise<() => Promise<void>> {
  return startForAllWorkers();
}
