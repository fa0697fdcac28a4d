/** All boards: what each works on, and how its cards stand. */
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Board } from "@/api/types";
import classes from "./BoardList.module.css";
import { COLUMNS } from "./stages";

export function BoardList({ boards }: { boards: readonly Board[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.boards} aria-label={t("room.board")}>
      {boards.map((board) => (
        <li key={board.id} className={`card ${classes.board}`}>
          <Link to="/board/$board" params={{ board: board.id }} className={classes.name} data-row>
            {board.name}
          </Link>
          <p className="mono meta one-line" title={board.repository}>
            {board.repository} ({board.base})
          </p>
          <dl className={classes.counts}>
            {COLUMNS.map((column) => (
              <div key={column}>
                <dt className="meta">{t(`column.${column}`)}</dt>
                <dd className="figure">{board.cards[column] ?? 0}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
