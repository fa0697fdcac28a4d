/** A list of rules while it is being changed. Pure. */
import type { GivenRule, PolicyRule, Risk, Verdict } from "@/api/types";
import type { Tone } from "@/lib/signs";

/** A rule with a name for the screen: a new one has no id yet. */
export interface DraftRule extends Required<Omit<GivenRule, "risk">> {
  key: string;
  risk: Risk | null;
}

export const TONE: Record<Verdict, Tone> = { allow: "done", ask: "waiting", deny: "failed" };
export const CONDITIONS = ["channel", "tool", "command", "path"] as const;

export const draftOf = (rules: readonly PolicyRule[]): DraftRule[] =>
  rules.map((rule) => ({ ...rule, key: rule.id }));

export const sentOf = (rules: readonly DraftRule[]): GivenRule[] =>
  rules.map(({ key: _key, ...rule }) => rule);

export const emptyRule = (key: string): DraftRule => ({
  key,
  id: "",
  verdict: "ask",
  channel: "",
  tool: "",
  command: "",
  path: "",
  risk: null,
  note: "",
});

export function moved(rules: readonly DraftRule[], at: number, by: 1 | -1): DraftRule[] {
  const next = [...rules];
  const [rule] = next.splice(at, 1);
  if (rule) next.splice(Math.max(0, Math.min(next.length, at + by)), 0, rule);
  return next;
}

/** In its place when it is there, else at the end. */
export function put(rules: readonly DraftRule[], rule: DraftRule): DraftRule[] {
  return rules.some((each) => each.key === rule.key)
    ? rules.map((each) => (each.key === rule.key ? rule : each))
    : [...rules, rule];
}

export const isSame = (a: readonly DraftRule[], b: readonly DraftRule[]): boolean =>
  JSON.stringify(sentOf(a)) === JSON.stringify(sentOf(b));

/** A rule that allows every call there is. */
export const allowsAll = (rule: DraftRule): boolean =>
  rule.verdict === "allow" &&
  rule.risk === null &&
  CONDITIONS.every((condition) => rule[condition].trim() === "");
