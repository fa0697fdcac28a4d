/** The fields of a board; what each does stands beside it. */
import { Accordion, NumberInput, Switch, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Finding } from "@/api/types";
import { Shape } from "@/components/Sign";
import classes from "./BoardForm.module.css";
import { type BoardDraft, type BoardField, idOf, prefixOf } from "./boardDraft";
import { CommandList } from "./CommandList";
import { Findings } from "./Findings";
import { StageFields } from "./StageFields";
import { STAGES } from "./stages";

interface BoardFieldsProps {
  draft: BoardDraft;
  wrong: readonly BoardField[];
  fresh: boolean;
  findings: readonly Finding[];
  onChange: (part: Partial<BoardDraft>) => void;
}

const number = (value: number | string): number | null => (value === "" ? null : Number(value));

export function BoardFields({ draft, wrong, fresh, findings, onChange }: BoardFieldsProps) {
  const { t } = useTranslation();
  const error = (name: BoardField) => (wrong.includes(name) ? t(`boards.wrong.${name}`) : null);
  return (
    <div className={classes.fields}>
      <TextInput
        label={t("boards.name")}
        error={error("name")}
        value={draft.name}
        data-autofocus
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      {fresh ? <Names draft={draft} error={error} onChange={onChange} /> : null}
      <TextInput
        className={classes.wide}
        classNames={{ input: "mono" }}
        label={t("boards.repository")}
        description={t("boards.repositoryAbout")}
        placeholder="/home/ana/shop"
        spellCheck={false}
        error={error("repository")}
        value={draft.repository}
        onChange={(event) => onChange({ repository: event.currentTarget.value })}
      />
      {findings.length > 0 ? (
        <div className={classes.wide}>
          <Findings findings={findings} />
        </div>
      ) : null}
      <TextInput
        classNames={{ input: "mono" }}
        label={t("boards.base")}
        description={t("boards.baseAbout")}
        error={error("base")}
        value={draft.base}
        onChange={(event) => onChange({ base: event.currentTarget.value })}
      />
      <NumberInput
        label={t("boards.wip")}
        description={t("boards.wipAbout")}
        min={1}
        max={100}
        error={error("wip")}
        value={draft.wip ?? ""}
        onChange={(value) => onChange({ wip: number(value) })}
      />
      <p className={`${classes.wide} ${classes.warning}`} data-tone="waiting">
        <Shape tone="waiting" />
        {t("boards.commandsRun")}
      </p>
      <CommandList
        label={t("boards.test")}
        about={t("boards.testAbout")}
        example="make test"
        commands={draft.test}
        onChange={(test) => onChange({ test })}
      />
      <CommandList
        label={t("boards.setup")}
        about={t("boards.setupAbout")}
        example="npm ci"
        commands={draft.setup}
        onChange={(setup) => onChange({ setup })}
      />
      <Rules draft={draft} error={error} onChange={onChange} />
      <Accordion variant="separated" className={classes.wide} multiple>
        {STAGES.map((stage) => (
          <StageFields
            key={stage}
            stage={stage}
            draft={draft.stages[stage]}
            onChange={(part) =>
              onChange({
                stages: { ...draft.stages, [stage]: { ...draft.stages[stage], ...part } },
              })
            }
          />
        ))}
      </Accordion>
    </div>
  );
}

type PartProps = Pick<BoardFieldsProps, "draft" | "onChange"> & {
  error: (name: BoardField) => string | null;
};

/** Never change later. */
function Names({ draft, error, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <div className={classes.fields}>
      <TextInput
        classNames={{ input: "mono" }}
        label={t("boards.prefix")}
        description={t("boards.prefixAbout", { key: `${prefixOf(draft) || "SHOP"}-1` })}
        error={error("prefix")}
        value={prefixOf(draft)}
        onChange={(event) => onChange({ prefix: event.currentTarget.value.toUpperCase() })}
      />
      <TextInput
        classNames={{ input: "mono" }}
        label={t("boards.id")}
        description={t("boards.idAbout")}
        error={error("id")}
        value={idOf(draft)}
        onChange={(event) => onChange({ id: event.currentTarget.value })}
      />
    </div>
  );
}

function Rules({ draft, error, onChange }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Switch
        label={t("boards.worktree")}
        description={t(draft.worktree ? "boards.worktreeOn" : "boards.worktreeOff")}
        checked={draft.worktree}
        onChange={(event) => onChange({ worktree: event.currentTarget.checked })}
      />
      <Switch
        label={t("boards.approvePlan")}
        description={t("boards.approvePlanAbout")}
        checked={draft.approvePlan}
        onChange={(event) => onChange({ approvePlan: event.currentTarget.checked })}
      />
      <NumberInput
        label={t("boards.testRounds")}
        description={t("boards.testRoundsAbout")}
        min={0}
        max={20}
        value={draft.testRounds ?? ""}
        onChange={(value) => onChange({ testRounds: number(value) })}
      />
      <NumberInput
        label={t("boards.reviewRounds")}
        description={t("boards.reviewRoundsAbout")}
        min={0}
        max={20}
        value={draft.reviewRounds ?? ""}
        onChange={(value) => onChange({ reviewRounds: number(value) })}
      />
      <NumberInput
        label={t("boards.testMinutes")}
        description={t("boards.testMinutesAbout")}
        min={0.1}
        max={1440}
        suffix=" min"
        error={error("testMinutes")}
        value={draft.testMinutes ?? ""}
        onChange={(value) => onChange({ testMinutes: number(value) })}
      />
    </>
  );
}
