import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { DEFAULT_PROJECT_ID, DEFAULT_SECRET } from "./credentials.js";
import { MockError } from "./errors.js";
import { Clock, Faults, Fraud, Inbox, LONG, Project, Projects, Requests, Snapshots, Webhooks } from "./parts.js";
import { createClient, type StytchClient } from "./sdk.js";
import { type ServerOptions, ServerProcess } from "./server.js";
import { ControlApi, reasonOf, requireServer } from "./transport.js";
import type {
  Export,
  HasMemberId,
  IdentityProvider,
  IdentityProviderOptions,
  ImpersonationOptions,
  NextIdentity,
  ScimOperation,
  ScimResult,
  Seed,
  SessionOptions,
  StartedSession,
} from "./types.js";

export interface ConnectionOptions {
  /** The server's URL: `http://localhost:4700`. */
  url: string;
  /** The project. By default, the server's default project. */
  projectId?: string;
  secret?: string;
}

export interface StartOptions extends ServerOptions {
  /** A server that is already running. By default, the one in `MOCKSTYTCH_URL`; without it, one is started. */
  url?: string;
  /** What the project contains at the start and after each `reset`. */
  seed?: Seed;
}

/** A running server, and one of its projects. */
export class MockStytch {
  readonly url: string;
  readonly projectId: string;
  readonly secret: string;
  readonly inbox: Inbox;
  readonly clock: Clock;
  readonly project: Project;
  /** All projects of the server. */
  readonly projects: Projects;
  readonly faults: Faults;
  readonly snapshots: Snapshots;
  readonly requests: Requests;
  readonly webhooks: Webhooks;
  readonly fraud: Fraud;
  /** The calls of the control API, typed by its OpenAPI document. */
  readonly api: ControlApi;
  #server: ServerProcess | undefined;

  /** Return the handle of a server that is already running. Nothing is sent. */
  constructor({ url, projectId = DEFAULT_PROJECT_ID, secret = DEFAULT_SECRET }: ConnectionOptions) {
    this.url = url.trim().replace(/\/+$/, "");
    this.projectId = projectId;
    this.secret = secret;
    this.api = new ControlApi(this.url, projectId, secret);
    this.inbox = new Inbox(this.api);
    this.clock = new Clock(this.api);
    this.project = new Project(this.api);
    this.projects = new Projects(this.api);
    this.faults = new Faults(this.api);
    this.snapshots = new Snapshots(this.api);
    this.requests = new Requests(this.api);
    this.webhooks = new Webhooks(this.api);
    this.fraud = new Fraud(this.api);
  }

  /**
   * Start a server, or connect to the one at `url` or `MOCKSTYTCH_URL`. A started server ends with this process.
   *
   * @throws {MockError} if there is no server and none can be started, or if the seed isn't valid.
   */
  static async start(options: StartOptions = {}): Promise<MockStytch> {
    const source = options.url ? "url" : "MOCKSTYTCH_URL";
    const url = (options.url ?? process.env.MOCKSTYTCH_URL ?? "").trim();
    let mock: MockStytch;
    if (url) {
      await requireServer(url, source);
      mock = new MockStytch({ url });
    } else {
      const server = await ServerProcess.start(options);
      mock = new MockStytch({ url: server.url, projectId: server.projectId, secret: server.secret });
      mock.#server = server;
    }
    if (options.seed !== undefined) {
      try {
        await mock.seed(options.seed, { onReset: true });
      } catch (error) {
        await mock.close();
        throw error;
      }
    }
    return mock;
  }

  /** The project's public token, for URLs that a browser opens. */
  get publicToken(): string {
    return this.projectId.replace("project-", "public-token-");
  }

  /** The project's domain: the base URL of its OAuth server, and the issuer of tokens that clients get there. */
  get domain(): string {
    return `${this.url}/v1/public/${this.projectId}`;
  }

  /** The command that started the server: `python3 -m mockstytch`; "" if this handle didn't start it. */
  get startedBy(): string {
    return this.#server?.startedBy ?? "";
  }

  /** Environment variables for an app under test: the project's credentials and the server's URL. */
  get environment(): Record<string, string> {
    return {
      STYTCH_PROJECT_ID: this.projectId,
      STYTCH_SECRET: this.secret,
      STYTCH_PUBLIC_TOKEN: this.publicToken,
      STYTCH_ENV: this.url,
      STYTCH_DOMAIN: this.domain,
    };
  }

  /**
   * Create a project with a random id on the same server, and return its handle.
   *
   * @param options `label` says what uses the project, such as the title of a test, and `runId` names the test run. The
   *   console lists them.
   */
  async newProject(options: { seed?: Seed; label?: string; runId?: string } = {}): Promise<MockStytch> {
    const mock = new MockStytch({ url: this.url, projectId: `project-test-${randomUUID()}`, secret: DEFAULT_SECRET });
    if (options.seed !== undefined) await mock.seed(options.seed, { onReset: true });
    await mock.project.patch({ label: (options.label ?? "").slice(0, 1000), run_id: options.runId ?? "" });
    return mock;
  }

  /** Return the official client (`stytch.B2BClient`) for this project. */
  client(): Promise<StytchClient> {
    return createClient({ project_id: this.projectId, secret: this.secret, env: this.url });
  }

  /**
   * Create settings, organizations, members and more. What already exists is left unchanged.
   *
   * @param seed its content, or the path of a JSON file.
   * @throws {MockError} if the seed isn't valid. The message has the place, and the project is left unchanged.
   */
  async seed(seed: Seed, options: { onReset?: boolean } = {}): Promise<void> {
    const body = typeof seed === "string" ? await readSeed(seed) : seed;
    const query = options.onReset ? { on_reset: true } : {};
    await this.api.call("post", "/_mock/api/seed", { query, body, timeout: LONG });
  }

  /**
   * Return the project to its start: delete data, settings, clock and request log, then apply its seed again.
   *
   * @param options `all` resets all projects of the server; `to: "empty"` leaves the project empty.
   */
  async reset(options: { all?: boolean; to?: "seed" | "empty" } = {}): Promise<void> {
    await this.api.call("post", "/_mock/api/reset", { query: options, timeout: LONG });
  }

  /** Return everything that the project holds, as one JSON document. It contains the project's secrets. */
  export(): Promise<Export> {
    return this.api.call("get", "/_mock/api/export", { timeout: LONG });
  }

  /** Replace everything that the project holds by an exported document, of this project or of another one. */
  async import(document: Export): Promise<void> {
    await this.api.call("post", "/_mock/api/import", { body: document, timeout: LONG });
  }

  /**
   * Start a session of a member without a login, and return it with the cookies that the browser SDK would set.
   *
   * @param member the member, its id or its e-mail address. The last two need `organization_id`.
   */
  logIn(member: string | HasMemberId, options: Partial<SessionOptions> = {}): Promise<StartedSession> {
    const organization_id = options.organization_id ?? (typeof member === "string" ? "" : member.organization_id);
    if (!organization_id) {
      throw new MockError("organization_id is required with an id or an e-mail address.");
    }
    const id = typeof member === "string" ? member : member.member_id;
    const who = id.includes("@") ? { email_address: id } : { member_id: id };
    return this.api.call("post", "/_mock/api/sessions", { body: { ...options, ...who, organization_id } });
  }

  /** Set the next identity at an OAuth provider or the built-in identity provider, and skip its login page. */
  async nextIdentity(identity: NextIdentity): Promise<void> {
    await this.api.call("post", "/_mock/api/next-identity", { body: identity });
  }

  /** Create an active SSO connection with the built-in identity provider. */
  identityProvider(options: IdentityProviderOptions): Promise<IdentityProvider> {
    return this.api.call("post", "/_mock/api/identity-providers", { body: options });
  }

  /** Replace the signing key of a built-in identity provider, and return the new certificate. */
  async rotateIdentityProviderKeys(connectionId: string): Promise<string> {
    const path = { connection_id: connectionId };
    return (await this.api.call("post", "/_mock/api/identity-providers/{connection_id}/rotate-keys", { path }))
      .certificate;
  }

  /** Create a new signing key for the project, and return its `kid`. `drop` removes the previous keys from the JWKS. */
  async rotateKeys(options: { drop?: boolean; bad_signatures?: boolean } = {}): Promise<string> {
    const { drop, ...body } = options;
    const query = drop ? { drop } : {};
    return (await this.api.call("post", "/_mock/api/keys/rotate", { query, body })).kid;
  }

  /** Create an impersonation token for an active member, as the dashboard does. It expires after five minutes. */
  async impersonationToken(options: ImpersonationOptions): Promise<string> {
    return (await this.api.call("post", "/_mock/api/impersonation-tokens", { body: options })).impersonation_token;
  }

  /**
   * Send changes from an organization's directory over its SCIM connection.
   *
   * @returns the response to each operation. A refused operation doesn't throw: check its `status`.
   */
  async scimPush(connectionId: string, operations: ScimOperation[]): Promise<ScimResult[]> {
    const body = { connection_id: connectionId, operations };
    return (await this.api.call("post", "/_mock/api/scim/push", { body, timeout: LONG })).results;
  }

  /** Stop the server, if this handle started it. */
  async close(): Promise<void> {
    await this.#server?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function readSeed(path: string): Promise<Exclude<Seed, string>> {
  if (!path.endsWith(".json")) {
    throw new MockError(`${path} can't be read here: use a .json file, or pass the content as an object.`);
  }
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new MockError(`The seed ${path} can't be read: ${reasonOf(error)}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MockError(`The seed ${path} isn't valid JSON: ${reasonOf(error)}.`);
  }
}
