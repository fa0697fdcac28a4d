/** Whether the worker's folder is trusted. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useTell } from "@/components/asking";
import { isWorthSaying, Trust } from "@/components/Trust";
import { trustOptions, useSetTrust } from "./api";
import { Panel } from "./Panel";

export function TrustPanel({ name }: { name: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  const { data: trust } = useQuery(trustOptions(name));
  const change = useSetTrust(name);
  if (!trust || !isWorthSaying(trust)) return null;
  return (
    <Panel title={t("trust.title")}>
      <Trust
        trust={trust}
        word={(key, who) => t(`trust.${key}`, { who })}
        pending={change.isPending}
        onSet={(wish) => change.mutate(wish, tell())}
      />
    </Panel>
  );
}
