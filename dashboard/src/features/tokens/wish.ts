/** What a token may be called, what it may do, how long it is valid. Pure. */
import type { Scope } from "@/api/types";

export const SCOPES: readonly Scope[] = ["read", "operate", "approve"];
export const LIVES = ["1", "7", "30", "365", "forever"] as const;
export type Life = (typeof LIVES)[number];

const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$/;
const DAY = 86_400_000;

export const isName = (name: string): boolean => NAME.test(name);

/** Each scope includes those before it. */
export const scopesUpTo = (scope: Scope): Scope[] => SCOPES.slice(0, SCOPES.indexOf(scope) + 1);

export function expiryOf(life: Life, now: number): string | null {
  return life === "forever" ? null : new Date(now + Number(life) * DAY).toISOString();
}
