// The CommonJS build has this file instead of src/sdk.ts: Jest can't run import() in CommonJS.
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
  let stytch: typeof import("stytch");
  try {
    stytch = require("stytch");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new MockError("The official SDK isn't installed. Install it with: npm install --save-dev stytch");
  }
  return construct(stytch.B2BClient, config);
}
