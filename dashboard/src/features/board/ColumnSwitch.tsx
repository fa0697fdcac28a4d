/** On a phone: which column is seen. */
import { useTranslation } from "react-i18next";
import type { CardColumn } from "@/api/types";
import classes from "./ColumnSwitch.module.css";

interface ColumnSwitchProps {
  columns: ReadonlyMap<CardColumn, readonly unknown[]>;
  shown: CardColumn;
  onShow: (column: CardColumn) => void;
}

export function ColumnSwitch({ columns, shown, onShow }: ColumnSwitchProps) {
  const { t } = useTranslation();
  return (
    <nav className={classes.switch} aria-label={t("board.columns")}>
      {[...columns].map(([column, cards]) => (
        <button
          key={column}
          type="button"
          className={classes.one}
          aria-current={column === shown ? "true" : undefined}
          onClick={() => onShow(column)}
        >
          {t(`column.${column}`)} <span className="figure meta">{cards.length}</span>
        </button>
      ))}
    </nav>
  );
}
