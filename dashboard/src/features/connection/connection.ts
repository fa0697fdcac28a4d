/** What a person typed, as a connection; null while something is missing. Pure. */
import type { NewConnection } from "./api";

export function complete(
  kind: NewConnection["kind"],
  value: string,
  url: string,
): NewConnection | null {
  if (kind === "login") return { kind };
  const secret = value.trim();
  if (kind !== "base_url") return secret ? { kind, value: secret } : null;
  const address = url.trim();
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) return null;
  return { kind, base_url: address, ...(secret ? { value: secret } : {}) };
}
