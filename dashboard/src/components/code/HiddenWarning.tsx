/** Says that a text holds characters that nobody would have seen. */
import { useTranslation } from "react-i18next";
import { Shape } from "../Sign";
import classes from "./Code.module.css";

export function HiddenWarning({ count }: { count: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <p data-tone="waiting" className={classes.warning}>
      <Shape tone="waiting" />
      <span>{t("code.hidden", { count })}</span>
    </p>
  );
}
