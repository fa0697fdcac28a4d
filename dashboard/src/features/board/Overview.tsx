/** How a card stands and what can be done about it; what is written on it; what happened to it. */
import { Button } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Board, Card, CardSummary } from "@/api/types";
import { Money, Tokens } from "@/components/figures";
import { Markdown } from "@/components/Markdown";
import { Section } from "@/components/Page";
import { Sign } from "@/components/Sign";
import { Ago } from "@/components/times";
import { imageAddress, imagesOptions } from "./api";
import { useBoardDeeds } from "./boardDeeds";
import { CardHistory } from "./CardHistory";
import classes from "./Overview.module.css";
import { PrioritySign } from "./Priority";
import { Standing } from "./Standing";
import type { CardTab } from "./tabs";

interface OverviewProps {
  card: Card;
  board: Board;
  cards: readonly CardSummary[];
  onTab: (tab: CardTab, run?: string) => void;
}

export function Overview({ card, board, cards, onTab }: OverviewProps) {
  const { t } = useTranslation();
  const { edit } = useBoardDeeds();
  return (
    <>
      <Standing card={card} board={board} cards={cards} onTab={onTab} />
      <Section
        title={t("card.description")}
        aside={
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPencil size={13} />}
            onClick={() => edit(card)}
          >
            {t("card.edit")}
          </Button>
        }
      >
        {card.description.trim() ? (
          <div className={`card ${classes.words}`}>
            <Markdown text={card.description} />
          </div>
        ) : (
          <p className="meta">{t("card.noDescription")}</p>
        )}
        <Images card={card} />
      </Section>
      <Facts card={card} />
      {card.dependencies.length > 0 ? <Dependencies card={card} /> : null}
      <CardHistory card={card} />
    </>
  );
}

function Images({ card }: { card: Card }) {
  const { t } = useTranslation();
  const { data = [] } = useQuery({ ...imagesOptions(card.key), enabled: card.images > 0 });
  if (card.images === 0) return null;
  return (
    <ul className={classes.images} aria-label={t("card.images")}>
      {data.map((image) => (
        <li key={image.id}>
          <a href={imageAddress(card.key, image.id)} target="_blank" rel="noreferrer">
            <img
              src={imageAddress(card.key, image.id)}
              alt={image.name || t("card.image")}
              loading="lazy"
            />
          </a>
        </li>
      ))}
    </ul>
  );
}

function Facts({ card }: { card: Card }) {
  const { t } = useTranslation();
  return (
    <dl className={classes.facts}>
      {card.priority === "none" ? null : (
        <Fact name={t("card.priority")}>
          <PrioritySign priority={card.priority} /> {t(`priority.${card.priority}`)}
        </Fact>
      )}
      {card.labels.length > 0 ? (
        <Fact name={t("card.labels")}>{card.labels.join(", ")}</Fact>
      ) : null}
      {card.model ? (
        <Fact name={t("card.model")}>
          <span className="mono">{card.model}</span>
        </Fact>
      ) : null}
      {card.budgetMicros === null && card.budgetTokens === null ? null : (
        <Fact name={t("card.budget")}>
          {card.budgetMicros === null ? null : <Money micros={card.budgetMicros} />}{" "}
          {card.budgetTokens === null ? null : (
            <>
              <Tokens count={card.budgetTokens} /> {t("card.tokensUnit")}
            </>
          )}
        </Fact>
      )}
      {card.branch ? (
        <Fact name={t("card.branch")}>
          <span className="mono">{card.branch}</span>
        </Fact>
      ) : null}
      {card.specPath ? (
        <Fact name={t("card.spec")}>
          <span className="mono">{card.specPath}</span>
        </Fact>
      ) : null}
      <Fact name={t("card.written")}>
        <Ago at={card.createdAt} /> {t("card.by", { who: card.createdBy })}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt className="meta">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Dependencies({ card }: { card: Card }) {
  const { t } = useTranslation();
  return (
    <Section title={t("card.needs")} count={card.dependencies.length}>
      <ul className={`card ${classes.needs}`}>
        {card.dependencies.map((each) => (
          <li key={each.id}>
            <Sign
              tone={each.done ? "done" : "idle"}
              label={t(each.done ? "card.isDone" : "card.isNotDone")}
              bare
            />
            <Link
              to="."
              search={(search) => ({ ...search, card: each.key, tab: undefined, run: undefined })}
              className={classes.need}
            >
              <span className="mono meta">{each.key}</span> {each.title}
            </Link>
            <span className="meta">{t(`column.${each.column}`)}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
