/** A person's rules in their order: changed here as a draft, saved as one list. */
import { Button, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Policy } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Empty } from "@/components/Empty";
import { Trouble } from "@/components/Trouble";
import type { ApiError } from "@/lib/client";
import { randomKey } from "@/lib/randomKey";
import { useSaveRules } from "./api";
import classes from "./Policy.module.css";
import { RuleForm } from "./RuleForm";
import { RuleRow } from "./RuleRow";
import { type DraftRule, draftOf, emptyRule, isSame, moved, put, sentOf } from "./rules";

export function RuleList({ policy }: { policy: Policy }) {
  const { t } = useTranslation();
  const tell = useTell();
  const confirm = useConfirm();
  const save = useSaveRules();
  const [draft, setDraft] = useState<{ version: string; rules: DraftRule[] }>();
  const [editing, setEditing] = useState<DraftRule>();
  const saved = draftOf(policy.rules);
  const rules = draft?.rules ?? saved;
  const version = draft?.version ?? policy.version;
  const changed = draft !== undefined && !isSame(rules, saved);
  const conflict =
    changed && (version !== policy.version || (save.error as ApiError | null)?.status === 409);
  const change = (next: DraftRule[]) => setDraft({ version, rules: next });
  const forget = () => {
    setDraft(undefined);
    save.reset();
  };
  const submit = () =>
    save.mutate(
      { version, rules: sentOf(rules) },
      {
        onSuccess: () => {
          forget();
          tell(t("policy.saved")).onSuccess();
        },
      },
    );
  const ask = () =>
    confirm({
      title: t("policy.saveTitle"),
      effect: t("policy.saveEffect"),
      confirm: t("policy.save"),
      grave: false,
      onConfirm: submit,
    });
  return (
    <>
      {rules.length === 0 ? (
        <Empty title={t("policy.none")} />
      ) : (
        <ol className={`card ${classes.list}`}>
          {rules.map((rule, index) => (
            <RuleRow
              key={rule.key}
              rule={rule}
              number={index + 1}
              last={index === rules.length - 1}
              onMove={(by) => change(moved(rules, index, by))}
              onEdit={() => setEditing(rule)}
              onRemove={() => change(rules.filter((each) => each.key !== rule.key))}
            />
          ))}
        </ol>
      )}
      {conflict ? (
        <p data-tone="waiting" className={classes.toned} role="alert">
          {t("policy.conflict")}
        </p>
      ) : save.isError ? (
        <Trouble error={save.error} />
      ) : null}
      <Group gap={8}>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setEditing(emptyRule(randomKey()))}
        >
          {t("policy.add")}
        </Button>
        {changed ? (
          <>
            <Button loading={save.isPending} disabled={conflict} onClick={ask}>
              {t("policy.save")}
            </Button>
            <Button variant="default" onClick={forget}>
              {t("directives.discard")}
            </Button>
            <span className="meta">{t("policy.unsaved")}</span>
          </>
        ) : null}
      </Group>
      {editing ? (
        <RuleForm
          rule={editing}
          onClose={() => setEditing(undefined)}
          onDone={(rule) => {
            change(put(rules, rule));
            setEditing(undefined);
          }}
        />
      ) : null}
    </>
  );
}
