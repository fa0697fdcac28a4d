/** Before everything is suspended: what stops, what goes on, and room for a reason. */
import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Shape } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { useSuspend } from "./api";
import classes from "./Suspension.module.css";

const LONGEST = 500;
const STOPS = ["running", "next", "calls"] as const;
const GOES_ON = ["intake", "decisions", "deliveries"] as const;

interface SuspendFormProps {
  running: number;
  onDone: () => void;
}

export function SuspendForm({ running, onDone }: SuspendFormProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const suspend = useSuspend();
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        suspend.mutate(reason.trim(), { onSuccess: onDone });
      }}
    >
      <Effects title={t("suspend.stops")} tone="failed">
        {STOPS.map((name) => (
          <li key={name}>{t(`suspend.stop.${name}`, { count: running })}</li>
        ))}
      </Effects>
      <Effects title={t("suspend.goesOn")} tone="done">
        {GOES_ON.map((name) => (
          <li key={name}>{t(`suspend.on.${name}`)}</li>
        ))}
      </Effects>
      <TextInput
        label={t("suspend.reason")}
        maxLength={LONGEST}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {suspend.isError ? <Trouble error={suspend.error} /> : null}
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={onDone}>
          {t("action.cancel")}
        </Button>
        <Button type="submit" color="red.9" loading={suspend.isPending} data-autofocus>
          {t("suspend.all")}
        </Button>
      </Group>
    </form>
  );
}

interface EffectsProps {
  title: string;
  tone: "failed" | "done";
  children: React.ReactNode;
}

function Effects({ title, tone, children }: EffectsProps) {
  return (
    <div>
      <p className={classes.effect}>
        <Shape tone={tone} /> {title}
      </p>
      <ul className={classes.effects}>{children}</ul>
    </div>
  );
}
