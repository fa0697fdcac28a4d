/** Whether the folder may bring settings, hooks and instructions of its own; a person says so, seeing which. */
import { Button } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Sign } from "@/components/Sign";
import { useErrorText } from "@/components/Trouble";
import { Ago } from "@/components/times";
import type { Tone } from "@/lib/signs";
import { trustOptions, useSetTrust } from "./api";
import classes from "./Directives.module.css";
import { Panel } from "./Panel";

const TONE = { empty: "idle", untrusted: "waiting", changed: "waiting", trusted: "done" } as const;

export function TrustPanel({ name }: { name: string }) {
  const { t } = useTranslation();
  const say = useErrorText();
  const { data: trust } = useQuery(trustOptions(name));
  const change = useSetTrust(name);
  if (!trust || (trust.state === "empty" && !trust.trusted_at)) return null;
  const trusted = trust.state === "trusted";
  const set = () =>
    change.mutate(
      { trusted: !trusted, contents: trust.contents },
      { onError: (error) => notifications.show({ color: "red", message: say(error) }) },
    );
  const ask = () =>
    modals.openConfirmModal({
      title: t(trusted ? "trust.takeTitle" : "trust.giveTitle"),
      children: <p>{t(trusted ? "trust.takeEffect" : "trust.giveEffect")}</p>,
      labels: { confirm: t(trusted ? "trust.take" : "trust.give"), cancel: t("action.cancel") },
      closeButtonProps: { "aria-label": t("action.close") },
      onConfirm: set,
    });
  return (
    <Panel title={t("trust.title")}>
      <div>
        <Sign tone={TONE[trust.state] satisfies Tone} label={t(`trust.state.${trust.state}`)} />
      </div>
      <p className="meta">
        {t(`trust.about.${trust.state}`)}{" "}
        {trust.trusted_at ? (
          <>
            {t("trust.by", { who: trust.trusted_by ?? "?" })} <Ago at={trust.trusted_at} />
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
      {trust.too_much ? <p className="meta">{t("trust.tooMuch")}</p> : null}
      <Button
        size="xs"
        variant="default"
        disabled={!trusted && (trust.too_much || trust.files.length === 0)}
        loading={change.isPending}
        onClick={ask}
      >
        {t(trusted ? "trust.take" : "trust.give")}
      </Button>
    </Panel>
  );
}
