import http from "node:http";
import https from "node:https";
import { MockError } from "./errors.js";
import type { paths } from "./generated/control-api.js";

// The types of a call come from the OpenAPI document of the control API.

export type Verb = "get" | "put" | "post" | "patch" | "delete";

/** The paths that have a verb. */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: V extends keyof paths[P] ? ([paths[P][V]] extends [undefined] ? never : P) : never;
}[keyof paths];

type Operation<V extends Verb, P extends keyof paths> = V extends keyof paths[P] ? paths[P][V] : never;
type Parameters<O, K extends string> = O extends { parameters: { [N in K]?: infer T } } ? NonNullable<T> : never;

/** The query parameters of a call. */
export type Query<V extends Verb, P extends keyof paths> = Parameters<Operation<V, P>, "query">;

/** The body of a call. */
export type Body<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { requestBody?: infer B }
    ? NonNullable<B> extends { content: { "application/json": infer T } }
      ? T
      : undefined
    : undefined;

/** The JSON of a successful response. */
export type Result<V extends Verb, P extends keyof paths> =
  Operation<V, P> extends { responses: { 200: { content: { "application/json": infer T } } } } ? T : unknown;

export interface CallOptions<V extends Verb, P extends keyof paths> {
  /** The parameters in the path, by name. */
  path?: Parameters<Operation<V, P>, "path">;
  query?: Query<V, P>;
  body?: Body<V, P>;
  /** Seconds until the call fails. */
  timeout?: number;
}

/** The control API of a server, with the credentials of one project. */
export class ControlApi {
  readonly #url: string;
  readonly #authorization: string;

  constructor(url: string, projectId: string, secret: string) {
    this.#url = url;
    this.#authorization = `Basic ${Buffer.from(`${projectId}:${secret}`).toString("base64")}`;
  }

  /**
   * Send a request, and return the JSON of its response.
   *
   * @param path as in the OpenAPI document, such as `/_mock/api/faults/{fault_id}`.
   * @throws {MockError} if the server refuses the request or can't be reached.
   */
  async call<V extends Verb, P extends PathOf<V>>(
    verb: V,
    path: P,
    options: CallOptions<V, P> = {},
  ): Promise<Result<V, P>> {
    const named = (options.path ?? {}) as Record<string, unknown>;
    const filled = String(path).replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(named[name])));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries((options.query ?? {}) as Record<string, unknown>)) {
      if (value !== undefined && value !== null && value !== "" && value !== false) query.set(name, String(value));
    }
    const suffix = query.size ? `?${query}` : "";
    return (await this.send(verb, `${filled}${suffix}`, options.body, options.timeout)) as Result<V, P>;
  }

  /**
   * Send a request that has no types.
   *
   * @param path with the query.
   * @param timeout seconds.
   */
  async send(verb: string, path: string, body?: unknown, timeout = 10): Promise<unknown> {
    let answer: { status: number; text: string };
    try {
      answer = await request(new URL(this.#url + path), verb.toUpperCase(), this.#authorization, body, timeout);
    } catch (error) {
      throw new MockError(`No mockstytch server at ${this.#url}: ${reasonOf(error)}. Start one with: mockstytch`);
    }
    let json: unknown;
    try {
      json = JSON.parse(answer.text);
    } catch {
      json = undefined;
    }
    if (answer.status < 300 && json !== undefined) return json;
    const { error_message, error_type } = (json ?? {}) as { error_message?: unknown; error_type?: unknown };
    if (typeof error_message === "string" && typeof error_type === "string") {
      throw new MockError(error_message, error_type);
    }
    throw new MockError(`${this.#url} isn't a mockstytch server: it returned ${answer.status} and no mockstytch JSON.`);
  }
}

/**
 * Check that a mockstytch server runs at a URL that the user gave.
 *
 * @param source where the URL comes from: "MOCKSTYTCH_URL".
 * @throws {MockError} if there is none. The message has the reason and the remedy.
 */
export async function requireServer(url: string, source: string): Promise<void> {
  let problem: string;
  try {
    if (!/^https?:\/\//.test(url)) throw new MockError("a URL begins with http:// or https://");
    const { pathname, search, hash, origin } = new URL(url);
    if (pathname !== "/" || search || hash) throw new MockError(`use the server's base URL, ${origin}`);
    const health = await new ControlApi(origin, "", "").send("get", "/_mock/api/health", undefined, 20);
    if (typeof health === "object" && health && "version" in health) return;
    problem = "this isn't a mockstytch server";
  } catch (error) {
    problem = reasonOf(error).replace(/\.$/, "");
  }
  const remedy = source === "url" ? "Correct the URL" : `Correct ${source}, or unset it to start a server`;
  throw new MockError(`${source}=${url}: ${problem}. ${remedy}.`);
}

// Not fetch: tests often replace it, and wait with clocks that they have stopped.
function request(url: URL, method: string, authorization: string, body: unknown, timeout: number) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers: http.OutgoingHttpHeaders = { authorization };
    if (content) headers["content-length"] = content.length;
    const signal = AbortSignal.timeout(timeout * 1000);
    const { request: start } = url.protocol === "https:" ? https : http;
    const sent = start(url, { method, headers, signal, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
      );
    });
    sent.on("error", (error) => reject(signal.aborted ? new Error(`no response in ${timeout} s`) : error));
    sent.end(content);
  });
}

/** Return the text of an error. */
export function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
