/** One event on one line; opened, what it holds and the way to its turn. */
import { Anchor, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { SempreEvent } from "@/api/types";
import { CopyButton } from "@/components/Copy";
import look from "@/components/look.module.css";
import { Shape } from "@/components/Sign";
import { exact, logTime } from "@/lib/format";
import { useLocale } from "@/lib/i18n";
import { shown } from "@/lib/visible";
import classes from "./Timeline.module.css";
import { lineOf, toneOf } from "./words";

interface EventRowProps {
  event: SempreEvent;
  open: boolean;
  onToggle: () => void;
}

export function EventRow({ event, open, onToggle }: EventRowProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const at = Date.parse(event.at);
  return (
    <>
      <UnstyledButton className={classes.row} aria-expanded={open} onClick={onToggle} data-row>
        <Shape tone={toneOf(event)} />
        <time dateTime={event.at} title={exact(at, locale)} className="meta mono figure">
          {logTime(at)}
        </time>
        <span className={`mono ${classes.kind}`}>{event.kind}</span>
        <span className={`meta one-line ${classes.channel}`}>{event.channel}</span>
        <span className={`one-line ${classes.line}`}>{shown(lineOf(event))}</span>
      </UnstyledButton>
      {open ? (
        <div className={classes.details}>
          <p className="meta">
            #{event.id} · {exact(at, locale)}
            {event.turn_id ? (
              <>
                {" · "}
                <Anchor component={Link} to={`/turns/${event.turn_id}`} size="xs">
                  {t("timeline.turn")}
                </Anchor>
              </>
            ) : null}
          </p>
          <div className={classes.json}>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long details are scrolled with the keyboard */}
            <pre className={look.raw} tabIndex={0}>
              {shown(JSON.stringify(event.details, null, 2))}
            </pre>
            <CopyButton text={() => JSON.stringify(event, null, 2)} label={t("timeline.copy")} />
          </div>
        </div>
      ) : null}
    </>
  );
}
