const KEY = Symbol.for("mockstytch.stop");

/** Stop the server that `mockstytch/jest/global-setup` started. */
export default async function teardown(): Promise<void> {
  const stop = (globalThis as Record<symbol, unknown>)[KEY] as (() => Promise<void>) | undefined;
  await stop?.();
}
