/** Approve, approve for this turn, edit, refuse: by key, by mouse, by thumb. */
import { Button, Kbd } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconCheck, IconChecks, IconPencil, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Approval } from "@/api/types";
import { type Decided, useDecide } from "./api";
import classes from "./DecisionBar.module.css";
import { EditForm } from "./EditForm";
import { RefuseForm } from "./RefuseForm";
import { isUndecided, Undecided, useDecisionText } from "./Undecided";
import { useSettled } from "./useSettled";

interface DecisionBarProps {
  approval: Approval;
  /** Keys decide only where one call alone is in hand. */
  keys?: boolean;
  onDecided: () => void;
}

export function DecisionBar({ approval, keys = false, onDecided }: DecisionBarProps) {
  const { t } = useTranslation();
  const say = useDecisionText();
  const here = useRef(false);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  // The call may have left the page by then, with the place where it would be said.
  const tell = (error: unknown) => {
    const lasting = isUndecided(error);
    if (lasting && here.current) return;
    notifications.show({
      color: "red",
      message: say(error),
      autoClose: lasting ? false : undefined,
    });
  };
  const decide = useDecide(approval.id, onDecided, tell);
  const settled = useSettled(approval.id);
  const [form, setForm] = useState<"edit" | "refuse">();
  const ready = settled && !decide.isPending;

  const give = (decided: Decided) => decide.mutate(decided);
  const choose = (act: () => void) => (event: KeyboardEvent | React.MouseEvent) => {
    // A key that is held down decides one call, not all of them.
    if (ready && !("repeat" in event && event.repeat)) act();
  };
  const approve = choose(() => give({ decision: "approve" }));
  const approveTurn = choose(() => give({ decision: "approve_turn" }));
  const edit = choose(() => setForm("edit"));
  const refuse = choose(() => setForm("refuse"));
  useHotkeys(
    keys && !form
      ? [
          ["a", approve],
          ["t", approveTurn],
          ["e", edit],
          ["r", refuse],
        ]
      : [],
  );

  const back = () => setForm(undefined);
  const undecided = <Undecided error={decide.error} />;
  if (form === "edit") {
    return (
      <EditForm
        undecided={undecided}
        input={approval.input}
        pending={decide.isPending}
        onApprove={(input) => give({ decision: "approve", input })}
        onBack={back}
      />
    );
  }
  if (form === "refuse") {
    return (
      <RefuseForm
        undecided={undecided}
        pending={decide.isPending}
        onRefuse={(reason) => give({ decision: "refuse", ...(reason ? { reason } : {}) })}
        onBack={back}
      />
    );
  }
  const key = (letter: string) =>
    keys ? (
      <Kbd size="xs" className={classes.key}>
        {letter}
      </Kbd>
    ) : undefined;
  return (
    <section className={classes.bar} aria-label={t("approval.decide")}>
      {undecided}
      <Button
        className={classes.approve}
        color="teal.9"
        leftSection={<IconCheck size={16} />}
        rightSection={key("A")}
        loading={decide.isPending && decide.variables?.decision === "approve"}
        aria-disabled={!ready}
        aria-keyshortcuts={keys ? "A" : undefined}
        onClick={approve}
      >
        {t("approval.approve")}
      </Button>
      <Button
        className={classes.refuse}
        variant="light"
        color="red"
        leftSection={<IconX size={16} />}
        rightSection={key("R")}
        aria-disabled={!ready}
        aria-keyshortcuts={keys ? "R" : undefined}
        onClick={refuse}
      >
        {t("approval.refuse")}
      </Button>
      <Button
        variant="default"
        leftSection={<IconChecks size={16} />}
        rightSection={key("T")}
        title={t("approval.forTurnWhy", { tool: approval.tool })}
        aria-disabled={!ready}
        aria-keyshortcuts={keys ? "T" : undefined}
        onClick={approveTurn}
      >
        {t("approval.forTurn")}
      </Button>
      <Button
        variant="default"
        leftSection={<IconPencil size={16} />}
        rightSection={key("E")}
        aria-disabled={!ready}
        aria-keyshortcuts={keys ? "E" : undefined}
        onClick={edit}
      >
        {t("approval.edit")}
      </Button>
    </section>
  );
}
