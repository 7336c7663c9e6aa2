import { MockError } from "./errors.js";
import type { ControlApi } from "./transport.js";
import type {
  ClockState,
  DeliveryQuery,
  Device,
  DeviceDetails,
  Diff,
  EmailRisk,
  FaultRule,
  ListedProject,
  LoggedRequest,
  Message,
  MessageQuery,
  ProjectDetails,
  ProjectQuery,
  ProjectSettings,
  RequestQuery,
  Snapshot,
  WebhookDelivery,
  WebhookEndpoint,
  WebhookEndpointSettings,
} from "./types.js";

/** Seconds that a call on a large project may take. */
export const LONG = 60;

/** The e-mails and text messages that the server sent. */
export class Inbox {
  constructor(private readonly api: ControlApi) {}

  /**
   * Return the newest message that matches.
   *
   * @param query `to`, `kind`, and `wait`: the seconds to wait for a message, at most 60.
   * @throws {MockError} `message_not_found` if there is none.
   */
  latest(query: Pick<MessageQuery, "to" | "kind" | "channel" | "wait"> = {}): Promise<Message> {
    return this.api.call("get", "/_mock/api/messages/latest", { query, timeout: Number(query.wait ?? 0) + 10 });
  }

  /** Return the messages that match, newest last. `after` is the id of the last message that you have seen. */
  async list(query: MessageQuery = {}): Promise<Message[]> {
    const timeout = Number(query.wait ?? 0) + 10;
    return (await this.api.call("get", "/_mock/api/messages", { query, timeout })).messages;
  }

  /** Delete all messages. Their tokens and codes stay valid. */
  async clear(): Promise<void> {
    await this.api.call("delete", "/_mock/api/messages");
  }
}

/** The project's clock. Everything that expires follows it. Each call returns the clock's state. */
export class Clock {
  constructor(private readonly api: ControlApi) {}

  /** Return the current time. */
  async now(): Promise<Date> {
    return new Date((await this.api.call("get", "/_mock/api/clock")).now);
  }

  /** Move the clock by the sum of the durations. Negative values move it back. */
  advance(duration: { seconds?: number; minutes?: number; hours?: number; days?: number }): Promise<ClockState> {
    return this.api.call("post", "/_mock/api/clock/advance", { body: duration });
  }

  /** Set the clock. A running clock keeps running from there. */
  set(now: Date | string): Promise<ClockState> {
    const text = typeof now === "string" ? now : now.toISOString();
    return this.api.call("put", "/_mock/api/clock", { body: { now: text } });
  }

  /** Stop the clock. `advance` and `set` still move it. */
  freeze(): Promise<ClockState> {
    return this.api.call("put", "/_mock/api/clock", { body: { frozen: true } });
  }

  /** Resume the clock. */
  unfreeze(): Promise<ClockState> {
    return this.api.call("put", "/_mock/api/clock", { body: { frozen: false } });
  }

  /** Return the clock to real time. */
  reset(): Promise<ClockState> {
    return this.api.call("delete", "/_mock/api/clock");
  }
}

/** The project's settings. */
export class Project {
  constructor(private readonly api: ControlApi) {}

  /** Return the credentials and settings. */
  get(): Promise<ProjectDetails> {
    return this.api.call("get", "/_mock/api/project");
  }

  /** Change settings, and return all of them. */
  patch(settings: ProjectSettings): Promise<ProjectDetails> {
    return this.api.call("patch", "/_mock/api/project", { body: settings });
  }
}

/** A fault of the project. With `await using`, it is removed at the end of the block. */
export class Fault {
  constructor(
    private readonly api: ControlApi,
    readonly faultId: string,
    /** The fields with which it was added. */
    readonly rule: FaultRule,
    private known: number,
  ) {}

  /** Return how often the fault happened: until now, or until it was removed. */
  async hits(): Promise<number> {
    const { faults } = await this.api.call("get", "/_mock/api/faults");
    this.known = faults.find((fault) => fault.fault_id === this.faultId)?.hits ?? this.known;
    return this.known;
  }

  /** Remove the fault. It may be removed already, for example by a reset. */
  async remove(): Promise<void> {
    try {
      const path = { fault_id: this.faultId };
      this.known = (await this.api.call("delete", "/_mock/api/faults/{fault_id}", { path })).hits;
    } catch (error) {
      if (!(error instanceof MockError && error.errorType === "fault_not_found")) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}

/** What fails on purpose in the project: requests, messages and webhooks. */
export class Faults {
  constructor(private readonly api: ControlApi) {}

  /**
   * Add a fault: `add("organizations.get", { error_type: "internal_server_error", times: 1 })`.
   *
   * @param operation an operation by the Python SDK's name, `message.email`, `message.sms` or `webhook`; `*` is a
   *   wildcard. "" if the rule has a `path`.
   */
  async add(operation: string, rule: Omit<FaultRule, "operation"> = {}): Promise<Fault> {
    const body = operation ? { operation, ...rule } : rule;
    return this.#fault(await this.api.call("post", "/_mock/api/faults", { body }));
  }

  /** Return the faults, oldest first. */
  async list(): Promise<Fault[]> {
    return (await this.api.call("get", "/_mock/api/faults")).faults.map((fields) => this.#fault(fields));
  }

  /** Remove all faults. */
  async clear(): Promise<void> {
    await this.api.call("delete", "/_mock/api/faults");
  }

  #fault(fields: { fault_id: string; hits: number }): Fault {
    const { fault_id, hits, ...rule } = fields;
    return new Fault(this.api, fault_id, rule, hits);
  }
}

/** Saved states of the project: its data, settings, clock and signing keys, without the request log. */
export class Snapshots {
  constructor(private readonly api: ControlApi) {}

  /** Save the present state. A snapshot with the same name is replaced. */
  save(name: string): Promise<Snapshot> {
    return this.api.call("put", "/_mock/api/snapshots/{name}", { path: { name }, timeout: LONG });
  }

  /** Return the project to a snapshot. */
  async restore(name: string): Promise<void> {
    await this.api.call("post", "/_mock/api/snapshots/{name}/restore", { path: { name }, timeout: LONG });
  }

  /**
   * Return what was created, changed and deleted since a snapshot, with "…" in place of secrets.
   *
   * @param objectTypes compare only these types of objects: `["organization", "member"]`.
   */
  diff(name: string, objectTypes: string[] = []): Promise<Diff> {
    const query = { object_type: objectTypes.join(",") };
    return this.api.call("get", "/_mock/api/snapshots/{name}/diff", { path: { name }, query, timeout: LONG });
  }

  /** Return the snapshots, oldest first. */
  async list(): Promise<Snapshot[]> {
    return (await this.api.call("get", "/_mock/api/snapshots")).snapshots;
  }

  /** Delete a snapshot. */
  async delete(name: string): Promise<void> {
    await this.api.call("delete", "/_mock/api/snapshots/{name}", { path: { name }, timeout: LONG });
  }

  /** Delete all snapshots of the project. */
  async clear(): Promise<void> {
    await this.api.call("delete", "/_mock/api/snapshots");
  }
}

/** All projects of the server, not only the handle's own. */
export class Projects {
  constructor(private readonly api: ControlApi) {}

  /** Return projects, newest first: up to `limit`, 100 by default. `q` is a part of the label, the name, the run or the id. */
  async list(query: ProjectQuery = {}): Promise<ListedProject[]> {
    return (await this.api.call("get", "/_mock/api/projects", { query, timeout: LONG })).projects;
  }

  /** Delete a project with everything in it. The next request with its credentials creates it again. */
  async delete(projectId: string): Promise<void> {
    const path = { project_id: projectId };
    await this.api.call("delete", "/_mock/api/projects/{project_id}", { path, timeout: LONG });
  }

  /**
   * Delete the projects of a test run, or unused ones, and return their number. The default project stays.
   *
   * @param query `run_id`, or `unused_minutes`: only projects that weren't used for so many minutes of real time.
   */
  async deleteAll(query: { run_id?: string; unused_minutes?: number }): Promise<number> {
    return (await this.api.call("delete", "/_mock/api/projects", { query, timeout: LONG })).deleted;
  }
}

/** The requests that the project got. */
export class Requests {
  constructor(private readonly api: ControlApi) {}

  /** Return the latest requests that match, newest last. `because` is the reason of a refusal. */
  async list(query: RequestQuery = {}): Promise<LoggedRequest[]> {
    const timeout = Number(query.wait ?? 0) + 10;
    return (await this.api.call("get", "/_mock/api/requests", { query, timeout })).requests;
  }

  /**
   * Wait until the app called an operation, and return the newest request. It may have happened before.
   *
   * @param operation its name in the Python SDK, such as `magic_links.email.login_or_signup`; `*` is a wildcard.
   * @param seconds how long to wait, at most 60.
   * @throws {MockError} `request_not_found` if there is none in time.
   */
  async wait(operation: string, seconds = 5): Promise<LoggedRequest> {
    const found = (await this.list({ operation, limit: 1, wait: seconds })).at(-1);
    if (found) return found;
    const requests = await this.summary();
    const others = requests ? `These requests came:\n${requests}` : "No request reached the project.";
    throw new MockError(`${operation} wasn't called in ${seconds} s. ${others}`, "request_not_found");
  }

  /** Delete all entries of the log. */
  async clear(): Promise<void> {
    await this.api.call("delete", "/_mock/api/requests");
  }

  /** Return the latest requests as lines of text, for the output of a failed test. */
  async summary(limit = 20): Promise<string> {
    const lines = (await this.list({ limit })).map((request) => {
      const { method, path, status_code, error_type, because, hint } = request;
      const reasons = [because, hint].filter(Boolean).join("; ");
      return [method, path, status_code, error_type, reasons && `(${reasons})`].filter(Boolean).join(" ");
    });
    return lines.join("\n");
  }
}

/** The project's webhook endpoints, and deliveries to them. */
export class Webhooks {
  /** The event id of the last delivery that `deliverTo` passed on. */
  private received = "";

  constructor(private readonly api: ControlApi) {}

  /** Replace the list of endpoints, and return it. Without arguments, webhooks are turned off. */
  set(...endpoints: (string | WebhookEndpointSettings)[]): Promise<WebhookEndpoint[]> {
    const body = endpoints.map((endpoint) => (typeof endpoint === "string" ? { url: endpoint } : endpoint));
    return this.api.call("put", "/_mock/api/webhooks", { body });
  }

  /** Return the endpoints, each with its secret. */
  list(): Promise<WebhookEndpoint[]> {
    return this.api.call("get", "/_mock/api/webhooks");
  }

  /** Return the deliveries that match, newest last. */
  async deliveries(query: DeliveryQuery = {}): Promise<WebhookDelivery[]> {
    const timeout = Number(query.wait ?? 0) + 10;
    return (await this.api.call("get", "/_mock/api/webhooks/deliveries", { query, timeout })).deliveries;
  }

  /**
   * Wait for a successful delivery, and return the newest one.
   *
   * @param seconds how long to wait, at most 60.
   * @throws {MockError} `delivery_not_found` if there is none in time.
   */
  async wait(eventType = "", seconds = 5): Promise<WebhookDelivery> {
    const query: DeliveryQuery = { event_type: eventType, status: "delivered", limit: 1, wait: seconds };
    const found = (await this.deliveries(query)).at(-1);
    if (found) return found;
    const others = (await this.deliveries()).map((delivery) => `${delivery.event_type} ${delivery.status}`);
    const there = others.length ? `There are: ${[...new Set(others)].join(", ")}.` : "There are no deliveries.";
    throw new MockError(`No ${eventType || "webhook"} was delivered in ${seconds} s. ${there}`, "delivery_not_found");
  }

  /**
   * Pass the new deliveries to a function, oldest first, and return them. A later call passes what happened since then, and
   * a delivery that wasn't accepted is passed again.
   *
   * @param receive called with each body and its headers, signed now. It returns the app's response, or anything else.
   * @param url the endpoint, if there are several.
   * @throws {MockError} `endpoint_not_found` if the project has no endpoint, `delivery_refused` if a response isn't 2xx.
   */
  async deliverTo(receive: (body: string, headers: Record<string, string>) => unknown, url?: string) {
    if ((await this.list()).length === 0)
      throw new MockError("The project has no webhook endpoint. Set one with webhooks.set(url).", "endpoint_not_found");
    const passed: WebhookDelivery[] = [];
    for (const delivery of await this.deliveries({ after: this.received, limit: 10_000, url })) {
      if (Object.keys(delivery.headers).length === 0) continue; // the endpoint is no longer set
      const response = (await receive(delivery.body, delivery.headers)) as Partial<Response> | null;
      const status = Number(response?.status ?? 200);
      if (status < 200 || status > 299)
        throw new MockError(`The app responded with status ${status} to ${delivery.event_type}.`, "delivery_refused");
      this.received = delivery.event_id;
      passed.push(delivery);
    }
    return passed;
  }

  /** Send an event again, to each current endpoint that subscribes to it. */
  async replay(eventId: string): Promise<WebhookDelivery[]> {
    const path = { event_id: eventId };
    return (await this.api.call("post", "/_mock/api/webhooks/deliveries/{event_id}/replay", { path })).deliveries;
  }

  /** Send an event about an organization or a member as it is now; by default the newest one. Nothing is changed. */
  async sendTestEvent(
    eventType: string,
    { organizationId = "", memberId = "" } = {},
  ): Promise<WebhookDelivery[]> {
    const body = { event_type: eventType, organization_id: organizationId, member_id: memberId };
    return (await this.api.call("post", "/_mock/api/webhooks/test-event", { body })).deliveries;
  }
}

/** Devices and e-mail addresses, with the fraud verdicts that the API returns for them. */
export class Fraud {
  constructor(private readonly api: ControlApi) {}

  /** Add a device, and return it with its `telemetry_id`, as the browser's script would create it. */
  device(details: DeviceDetails = {}): Promise<Device> {
    return this.api.call("post", "/_mock/api/fraud/devices", { body: details });
  }

  /** Set the risk of an e-mail address. */
  async email(risk: EmailRisk): Promise<void> {
    await this.api.call("post", "/_mock/api/fraud/emails", { body: risk });
  }
}
