/** A state as a sign: shape, colour and word, never colour alone. */
import {
  IconCheck,
  IconCircle,
  IconHandStop,
  IconPlayerPauseFilled,
  IconX,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { TurnState, WorkerState } from "@/api/types";
import { type Tone, turnTone, workerTone } from "@/lib/signs";
import classes from "./Sign.module.css";

const SHAPES = {
  waiting: IconHandStop,
  parked: IconPlayerPauseFilled,
  done: IconCheck,
  failed: IconX,
  idle: IconCircle,
} as const;

export function Shape({ tone, size = 14 }: { tone: Tone; size?: number }) {
  if (tone === "running") {
    return (
      <span data-tone={tone} className={classes.shape} aria-hidden>
        <span className={classes.pulse} />
      </span>
    );
  }
  const Icon = SHAPES[tone];
  return (
    <span data-tone={tone} className={classes.shape} aria-hidden>
      <Icon size={size} stroke={2.5} />
    </span>
  );
}

interface SignProps {
  tone: Tone;
  label: string;
  /** Only the shape is seen; the word is for screen readers and on hover. */
  bare?: boolean;
}

export function Sign({ tone, label, bare = false }: SignProps) {
  if (bare) {
    return (
      <span role="img" aria-label={label} title={label} className={classes.bare}>
        <Shape tone={tone} />
      </span>
    );
  }
  return (
    <span data-tone={tone} className={classes.chip}>
      <Shape tone={tone} size={12} />
      {label}
    </span>
  );
}

export function TurnSign({ state, bare = false }: { state: TurnState; bare?: boolean }) {
  const { t } = useTranslation();
  return <Sign tone={turnTone(state)} label={t(`turnState.${state}`)} bare={bare} />;
}

export function WorkerSign({ state, bare = false }: { state: WorkerState; bare?: boolean }) {
  const { t } = useTranslation();
  return <Sign tone={workerTone(state)} label={t(`workerState.${state}`)} bare={bare} />;
}
