/** The one door to the server's API, typed by its OpenAPI document; its errors, and who is told of a 401. */
import createClient, { type Middleware } from "openapi-fetch";
import type { paths } from "@/api/schema.gen";
import { learnServerTime } from "./clock";

/** What the server refused or could not do: what happened, and what to do about it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly remedy: string | null,
    readonly requestId: string | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** There is no such thing, or no such thing can be. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.status === 422);
}

/** No answer came. Whether the request arrived nobody knows. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0;
}

type Listener = (signedIn: boolean) => void;
const listeners = new Set<Listener>();

export function onSignedIn(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function reportSignedIn(signedIn: boolean): void {
  for (const listener of listeners) listener(signedIn);
}

const watch: Middleware = {
  onResponse({ response }) {
    learnServerTime(response.headers.get("date"));
    if (response.status === 401) reportSignedIn(false);
  },
};

export const client = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });
client.use(watch);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body, or an ApiError; a lost connection becomes one with status 0. */
export async function ask<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (cause) {
    throw new ApiError(0, "unreachable", String(cause), null, null);
  }
  if (answer.response.ok) return answer.data as T;
  throw readError(answer.response, answer.error);
}

function readError(response: Response, body: unknown): ApiError {
  const error = (body as { error?: Record<string, unknown> } | undefined)?.error;
  const text = (name: string) =>
    typeof error?.[name] === "string" ? (error[name] as string) : null;
  return new ApiError(
    response.status,
    text("code") ?? "unknown",
    text("message") ?? `${response.status} ${response.statusText}`,
    text("remedy"),
    text("request_id") ?? response.headers.get("x-request-id"),
  );
}
