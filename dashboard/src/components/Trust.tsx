/** Whether a folder may bring settings, hooks and instructions of its own; a person says so, seeing which. */
import { Button } from "@mantine/core";
import type { TrustStanding } from "@/api/types";
import type { Tone } from "@/lib/signs";
import { useConfirm } from "./asking";
import { Sign } from "./Sign";
import classes from "./Trust.module.css";
import { Ago } from "./times";

const TONE = { empty: "idle", untrusted: "waiting", changed: "waiting", trusted: "done" } as const;

type State = TrustStanding["state"];
export type TrustWord =
  | `about.${State}`
  | `state.${State}`
  | `${"give" | "take"}${"" | "Title" | "Effect"}`
  | "by"
  | "tooMuch";

interface TrustProps {
  trust: TrustStanding;
  /** What is trusted has words of its own. */
  word: (key: TrustWord, who?: string) => string;
  pending: boolean;
  onSet: (change: { trusted: boolean; contents: string }) => void;
}

/** A folder that brings nothing, and never did, needs no word. */
export const isWorthSaying = (trust: TrustStanding): boolean =>
  trust.state !== "empty" || trust.trusted_at !== null;

export function Trust({ trust, word, pending, onSet }: TrustProps) {
  const confirm = useConfirm();
  const trusted = trust.state === "trusted";
  const deed = trusted ? "take" : "give";
  const ask = () =>
    confirm({
      title: word(`${deed}Title`),
      effect: word(`${deed}Effect`),
      confirm: word(deed),
      grave: false,
      onConfirm: () => onSet({ trusted: !trusted, contents: trust.contents }),
    });
  return (
    <>
      <div>
        <Sign tone={TONE[trust.state] satisfies Tone} label={word(`state.${trust.state}`)} />
      </div>
      <p className="meta">
        {word(`about.${trust.state}`)}{" "}
        {trust.trusted_at ? (
          <>
            {word("by", trust.trusted_by ?? "?")} <Ago at={trust.trusted_at} />
          </>
        ) : null}
      </p>
      <ul className={classes.files}>
        {trust.files.map((file) => (
          <li key={file} className="mono">
            {file}
          </li>
        ))}
      </ul>
      {trust.too_much ? <p className="meta">{word("tooMuch")}</p> : null}
      <Button
        size="xs"
        variant="default"
        disabled={!trusted && (trust.too_much || trust.files.length === 0)}
        loading={pending}
        onClick={ask}
      >
        {word(deed)}
      </Button>
    </>
  );
}
