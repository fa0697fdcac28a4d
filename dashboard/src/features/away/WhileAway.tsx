/** While you were away: what was answered, what failed, what it cost, by worker; gone once it was read. */
import { CloseButton } from "@mantine/core";
import { useSessionStorage } from "@mantine/hooks";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Away } from "@/api/types";
import { Money } from "@/components/figures";
import { Section } from "@/components/Page";
import { Shape } from "@/components/Sign";
import { Ago } from "@/components/times";
import { useAway } from "./api";
import { byWeight, isNews } from "./news";
import classes from "./WhileAway.module.css";

export function WhileAway() {
  const { t } = useTranslation();
  const away = useAway();
  const [read, setRead] = useSessionStorage({
    key: "sempre.away-read",
    defaultValue: "",
    getInitialValueInEffect: false,
  });
  if (!away || read === away.since || !isNews(away)) return null;
  return (
    <Section
      title={t("away.title")}
      aside={
        <CloseButton size="sm" aria-label={t("away.read")} onClick={() => setRead(away.since)} />
      }
    >
      <div className={`card ${classes.away}`}>
        <Sums away={away} />
        <Channels away={away} />
      </div>
    </Section>
  );
}

function Sums({ away }: { away: Away }) {
  const { t } = useTranslation();
  return (
    <p className={classes.sums}>
      <span className="meta">
        {t("away.since")} <Ago at={away.since} />
      </span>
      <span>
        <Shape tone="done" /> {t("away.answered", { count: away.answered })}
      </span>
      {away.failed > 0 ? (
        <span>
          <Shape tone="failed" />{" "}
          <Link to="/failures">{t("away.failed", { count: away.failed })}</Link>
        </span>
      ) : null}
      {away.waiting > 0 ? (
        <span>
          <Shape tone="waiting" />{" "}
          <Link to="/approvals">{t("away.waiting", { count: away.waiting })}</Link>
        </span>
      ) : null}
      <span>
        <Money micros={away.cost_micros} /> {t("away.spent")}
      </span>
    </p>
  );
}

const MOST = 8;

function Channels({ away }: { away: Away }) {
  const { t } = useTranslation();
  const channels = byWeight(away.channels);
  const more = channels.length - MOST;
  if (channels.length < 2) return null;
  return (
    <ul className={classes.channels}>
      {channels.slice(0, MOST).map((each) => (
        <li key={each.channel}>
          {each.worker ? (
            <Link to="/workers/$name" params={{ name: each.worker }} className={classes.name}>
              {each.worker}
            </Link>
          ) : (
            each.channel
          )}{" "}
          <span className="meta">
            {t("away.answered", { count: each.answered })}
            {each.failed > 0 ? `, ${t("away.failed", { count: each.failed })}` : ""} ·{" "}
            <Money micros={each.cost_micros} />
          </span>
        </li>
      ))}
      {more > 0 ? <li className="meta">{t("away.more", { count: more })}</li> : null}
    </ul>
  );
}
