import { MockError } from "./errors.js";
import { construct } from "./quiet.js";

/** The official client. It is `any` if the package `stytch` isn't installed. */
export type StytchClient = import("stytch").B2BClient;

/** The credentials of a project, and the server's URL. */
export interface ClientConfig {
  project_id: string;
  secret: string;
  env: string;
}

/**
 * Return the official client for a project.
 *
 * @throws {MockError} if the package `stytch` isn't installed.
 */
export async function createClient(config: ClientConfig): Promise<StytchClient> {
  const module = await importStytch();
  return construct(module.B2BClient, config);
}

async function importStytch() {
  try {
    const module = await import("stytch");
    return module.default ?? module;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new MockError("The official SDK isn't installed. Install it with: npm install --save-dev stytch");
  }
}
