/** How a board's repository stands: what would stop a run, and what to do about it. */
import type { Finding } from "@/api/types";
import { Said } from "@/components/Said";
import { Shape } from "@/components/Sign";
import type { Tone } from "@/lib/signs";
import classes from "./BoardForm.module.css";

const TONES: Record<Finding["level"], Tone> = {
  ok: "done",
  note: "idle",
  warning: "waiting",
  problem: "failed",
};

export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className={classes.findings}>
      {findings.map((finding) => (
        <li key={`${finding.check} ${finding.message}`} data-tone={TONES[finding.level]}>
          <Shape tone={TONES[finding.level]} />
          <span>
            <strong>
              <Said text={finding.message} />
            </strong>{" "}
            <Said text={finding.remedy ?? ""} />
          </span>
        </li>
      ))}
    </ul>
  );
}
