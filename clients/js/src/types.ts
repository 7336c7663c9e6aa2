// The values that calls take and return, as the OpenAPI document describes them.
import type { Body, Query, Result } from "./transport.js";

export type Message = Result<"get", "/_mock/api/messages/latest">;
export type LoggedRequest = Result<"get", "/_mock/api/requests">["requests"][number];
export type ClockState = Result<"get", "/_mock/api/clock">;
export type ListedProject = Result<"get", "/_mock/api/projects">["projects"][number];
export type ProjectDetails = Result<"get", "/_mock/api/project">;
export type ProjectSettings = Body<"patch", "/_mock/api/project">;
export type FaultRule = Body<"post", "/_mock/api/faults">;
export type Snapshot = Result<"put", "/_mock/api/snapshots/{name}">;
export type Diff = Result<"get", "/_mock/api/snapshots/{name}/diff">;
export type Export = Result<"get", "/_mock/api/export">;
export type WebhookEndpoint = Result<"get", "/_mock/api/webhooks">[number];
export type WebhookEndpointSettings = Body<"put", "/_mock/api/webhooks">[number];
export type WebhookDelivery = Result<"get", "/_mock/api/webhooks/deliveries">["deliveries"][number];
export type Device = Result<"post", "/_mock/api/fraud/devices">;
export type DeviceDetails = Body<"post", "/_mock/api/fraud/devices">;
export type EmailRisk = Body<"post", "/_mock/api/fraud/emails">;
export type StartedSession = Result<"post", "/_mock/api/sessions">;
export type SessionOptions = Omit<Body<"post", "/_mock/api/sessions">, "member_id" | "email_address">;
export type NextIdentity = Body<"post", "/_mock/api/next-identity">;
export type IdentityProviderOptions = Body<"post", "/_mock/api/identity-providers">;
export type IdentityProvider = Result<"post", "/_mock/api/identity-providers">;
export type ImpersonationOptions = Body<"post", "/_mock/api/impersonation-tokens">;
export type ScimOperation = Body<"post", "/_mock/api/scim/push">["operations"][number];
export type ScimResult = Result<"post", "/_mock/api/scim/push">["results"][number];

export type MessageQuery = Query<"get", "/_mock/api/messages">;
export type ProjectQuery = Query<"get", "/_mock/api/projects">;
export type DeliveryQuery = Query<"get", "/_mock/api/webhooks/deliveries">;
export type RequestQuery = Query<"get", "/_mock/api/requests">;

/** A seed: its content, or the path of a JSON file. */
export type Seed = Body<"post", "/_mock/api/seed"> | string;

/** A member, as the official client returns it. */
export interface HasMemberId {
  organization_id: string;
  member_id: string;
}

/** Where a call waits for something: seconds. */
export type Waiting<T> = Omit<T, "wait"> & { wait?: number };
