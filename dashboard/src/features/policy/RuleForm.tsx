/** One rule: its verdict and its conditions. It joins the draft; nothing holds before the list is saved. */
import { Button, Group, Modal, SegmentedControl, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Risk, Verdict } from "@/api/types";
import classes from "./Policy.module.css";
import { allowsAll, CONDITIONS, type DraftRule } from "./rules";

interface RuleFormProps {
  rule: DraftRule;
  onDone: (rule: DraftRule) => void;
  onClose: () => void;
}

const VERDICTS: readonly Verdict[] = ["allow", "ask", "deny"];
const RISKS: readonly Risk[] = ["low", "medium", "high"];
const LONGEST = { channel: 220, tool: 100, command: 500, path: 500 } as const;
const EXAMPLES = {
  channel: "files:coder",
  tool: "Bash",
  command: "git push",
  path: "src/**",
} as const;

export function RuleForm({ rule, onDone, onClose }: RuleFormProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(rule);
  const change = (part: Partial<DraftRule>) => setDraft({ ...draft, ...part });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(rule.id ? "policy.rule" : "policy.add")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onDone(draft);
        }}
      >
        <Stack gap={12}>
          <SegmentedControl
            aria-label={t("policy.verdictLabel")}
            value={draft.verdict}
            onChange={(value) => change({ verdict: value as Verdict })}
            data={VERDICTS.map((value) => ({ value, label: t(`policy.verdict.${value}`) }))}
          />
          <p className="meta">{t("policy.conditions")}</p>
          {CONDITIONS.map((condition) => (
            <TextInput
              key={condition}
              label={t(`policy.${condition}`)}
              description={t(`policy.about.${condition}`)}
              placeholder={EXAMPLES[condition]}
              maxLength={LONGEST[condition]}
              value={draft[condition]}
              onChange={(event) => change({ [condition]: event.currentTarget.value })}
            />
          ))}
          <Select
            label={t(draft.verdict === "allow" ? "policy.riskUpTo" : "policy.riskFrom")}
            placeholder={t("policy.anyRisk")}
            clearable
            clearButtonProps={{ "aria-label": t("policy.anyRisk") }}
            value={draft.risk}
            data={RISKS.map((value) => ({ value, label: t(`risk.${value}`) }))}
            onChange={(value) => change({ risk: value as Risk | null })}
          />
          <TextInput
            label={t("policy.note")}
            maxLength={300}
            value={draft.note}
            onChange={(event) => change({ note: event.currentTarget.value })}
          />
          {allowsAll(draft) ? (
            <p data-tone="failed" className={classes.toned} role="alert">
              {t("policy.allowsAll")}
            </p>
          ) : null}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit">{t("policy.take")}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
