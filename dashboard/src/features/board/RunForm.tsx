/** Running a card from any stage, with what the agent is given edited for this run. */
import { Button, Checkbox, Group, Radio, SegmentedControl, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Card, SessionChoice, Stage } from "@/api/types";
import { useTell } from "@/components/asking";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { specOptions } from "./api";
import { useRunCard } from "./runDeeds";
import { type Before, draftOf, wishOf } from "./runWish";
import classes from "./Standing.module.css";
import { STAGES } from "./stages";

interface RunFormProps {
  card: Card;
  /** Where it shall begin; else where the run before stopped. */
  from?: Stage;
  onDone: () => void;
}

export function RunForm({ card, ...rest }: RunFormProps) {
  const spec = useQuery(specOptions(card.key));
  if (spec.isPending) return <Loading rows={3} height={40} />;
  const before = { description: card.description, spec: spec.data?.text ?? "" };
  return <Form card={card} before={before} {...rest} />;
}

function Form({ card, before, from, onDone }: RunFormProps & { before: Before }) {
  const { t } = useTranslation();
  const tell = useTell();
  const run = useRunCard(card.key);
  const [draft, setDraft] = useState(() => {
    const first = draftOf(card, before);
    return from ? { ...first, stage: from } : first;
  });
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  return (
    <form
      className={classes.form}
      aria-label={t("card.runFrom")}
      onSubmit={(event) => {
        event.preventDefault();
        run.mutate(wishOf(draft, before), {
          onSuccess: () => {
            tell(t("card.isRunning", { card: card.key })).onSuccess();
            onDone();
          },
        });
      }}
    >
      <SegmentedControl
        size="xs"
        aria-label={t("card.fromStage")}
        value={draft.stage}
        onChange={(value) => change({ stage: value as Stage })}
        data={STAGES.map((value) => ({ value, label: t(`stage.${value}`) }))}
      />
      <Checkbox
        size="xs"
        label={t("card.onlyStage")}
        checked={draft.only}
        onChange={(event) => change({ only: event.currentTarget.checked })}
      />
      {card.run ? (
        <Radio.Group
          label={t("card.session")}
          value={draft.session}
          onChange={(value) => change({ session: value as SessionChoice })}
        >
          <Group gap={16} mt={4}>
            <Radio size="xs" value="resume" label={t("card.resume")} />
            <Radio size="xs" value="fresh" label={t("card.fresh")} />
          </Group>
        </Radio.Group>
      ) : null}
      <Textarea
        label={t("card.runDescription")}
        description={t("card.runDescriptionAbout")}
        autosize
        minRows={2}
        maxRows={14}
        maxLength={100_000}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      {draft.stage !== "plan" ? (
        <Textarea
          label={t("card.spec")}
          autosize
          minRows={2}
          maxRows={14}
          maxLength={100_000}
          value={draft.spec}
          onChange={(event) => change({ spec: event.currentTarget.value })}
        />
      ) : null}
      <Textarea
        label={t("card.runInstructions")}
        placeholder={t("card.runInstructionsExample")}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={100_000}
        value={draft.instructions}
        onChange={(event) => change({ instructions: event.currentTarget.value })}
      />
      {run.isError ? <Trouble error={run.error} /> : null}
      <Group gap={8}>
        <Button type="submit" size="xs" loading={run.isPending}>
          {t(draft.only ? "card.runOnly" : "card.runOn", { stage: t(`stage.${draft.stage}`) })}
        </Button>
        <Button size="xs" variant="default" onClick={onDone}>
          {t("action.cancel")}
        </Button>
      </Group>
    </form>
  );
}
