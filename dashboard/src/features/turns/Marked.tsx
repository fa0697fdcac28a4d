/** What can be done with the turns that are marked: compare two, stop or retry many. */
import { Button, CloseButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconColumns2, IconPlayerStopFilled, IconRefresh } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Turn } from "@/api/types";
import { useErrorText } from "@/components/Trouble";
import { useStopOrRetry } from "./api";
import { canRetry, canStop } from "./can";
import classes from "./Marked.module.css";

interface MarkedProps {
  turns: readonly Turn[];
  onDone: () => void;
}

export function Marked({ turns, onDone }: MarkedProps) {
  const { t } = useTranslation();
  const [first, second] = [...turns].sort((a, b) => a.seq - b.seq);
  const two = turns.length === 2 && first && second;
  if (turns.length === 0) return null;
  return (
    <section className={`over ${classes.bar}`} aria-label={t("marked.title")}>
      <span className="figure" role="status">
        {t("marked.count", { count: turns.length })}
      </span>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconColumns2 size={14} />}
        disabled={!two}
        title={two ? undefined : t("marked.compareTwo")}
        renderRoot={(props) =>
          two ? (
            <Link to="/compare" search={{ a: first.id, b: second.id }} {...props} />
          ) : (
            <button {...props} />
          )
        }
      >
        {t("marked.compare")}
      </Button>
      <Many action="cancel" turns={turns.filter(canStop)} onDone={onDone} />
      <Many action="retry" turns={turns.filter(canRetry)} onDone={onDone} />
      <CloseButton size="sm" aria-label={t("marked.clear")} onClick={onDone} />
    </section>
  );
}

interface ManyProps extends MarkedProps {
  action: "cancel" | "retry";
}

function Many({ action, turns, onDone }: ManyProps) {
  const { t } = useTranslation();
  const say = useErrorText();
  const many = useStopOrRetry(action);
  if (turns.length === 0) return null;
  const Icon = action === "cancel" ? IconPlayerStopFilled : IconRefresh;
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<Icon size={14} />}
      loading={many.isPending}
      onClick={() =>
        many.mutate(
          turns.map((turn) => turn.id),
          {
            onSettled: onDone,
            onError: (error) => notifications.show({ color: "red", message: say(error) }),
          },
        )
      }
    >
      {t(action === "cancel" ? "marked.stop" : "marked.retry", { count: turns.length })}
    </Button>
  );
}
