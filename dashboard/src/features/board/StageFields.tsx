/** How one stage is worked on; what is empty is as sempre.toml says. */
import { Accordion, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Stage } from "@/api/types";
import classes from "./BoardForm.module.css";
import type { StageDraft } from "./boardDraft";

interface StageFieldsProps {
  stage: Stage;
  draft: StageDraft;
  onChange: (part: Partial<StageDraft>) => void;
}

const EFFORTS = ["low", "medium", "high", "max"] as const;
const number = (value: number | string): number | null => (value === "" ? null : Number(value));

export function StageFields({ stage, draft, onChange }: StageFieldsProps) {
  const { t } = useTranslation();
  const told = [
    draft.model,
    draft.effort,
    draft.instructions && t("boards.hasInstructions"),
    draft.wip && t("board.stageLimit", { count: draft.wip }),
  ].filter(Boolean);
  return (
    <Accordion.Item value={stage}>
      <Accordion.Control>
        {t(`stage.${stage}`)} <span className="meta">{told.join(" · ")}</span>
      </Accordion.Control>
      <Accordion.Panel>
        <p className="meta">{t(`boards.stageAbout.${stage}`)}</p>
        <div className={classes.fields}>
          <TextInput
            classNames={{ input: "mono" }}
            label={t("boards.model")}
            placeholder={t("boards.asSettings")}
            value={draft.model ?? ""}
            onChange={(event) => onChange({ model: event.currentTarget.value || null })}
          />
          <Select
            label={t("boards.effort")}
            placeholder={t("boards.asSettings")}
            clearable
            value={draft.effort || null}
            data={EFFORTS.map((value) => ({ value, label: t(`boards.efforts.${value}`) }))}
            onChange={(effort) => onChange({ effort })}
          />
          <Textarea
            className={classes.wide}
            label={t("boards.instructions")}
            description={t("boards.instructionsAbout")}
            autosize
            minRows={2}
            maxRows={14}
            maxLength={20_000}
            value={draft.instructions}
            onChange={(event) => onChange({ instructions: event.currentTarget.value })}
          />
          <NumberInput
            label={t("boards.dollars")}
            prefix="$"
            min={0}
            decimalScale={6}
            value={draft.dollars ?? ""}
            onChange={(value) => onChange({ dollars: number(value) })}
          />
          <NumberInput
            label={t("boards.tokens")}
            min={0}
            allowDecimal={false}
            thousandSeparator=" "
            value={draft.tokens ?? ""}
            onChange={(value) => onChange({ tokens: number(value) })}
          />
          <NumberInput
            label={t("boards.stageWip")}
            description={t("boards.stageWipAbout")}
            min={1}
            max={100}
            value={draft.wip ?? ""}
            onChange={(value) => onChange({ wip: number(value) })}
          />
        </div>
      </Accordion.Panel>
    </Accordion.Item>
  );
}
