/** A decision that reached nobody, as far as is known: said where it was made, for as long as that is so. */
import { useTranslation } from "react-i18next";
import { Shape } from "@/components/Sign";
import { useErrorText } from "@/components/Trouble";
import { isUnreachable } from "@/lib/client";
import { NotArrivedError } from "./api";
import classes from "./Undecided.module.css";

/** The server refused nothing: no answer came, or the decision never arrived. */
export const isUndecided = (error: unknown): boolean =>
  isUnreachable(error) || error instanceof NotArrivedError;

export function useDecisionText(): (error: unknown) => string {
  const { t } = useTranslation();
  const say = useErrorText();
  return (error) => {
    if (isUnreachable(error)) return t("approval.noAnswer");
    return error instanceof NotArrivedError ? t("approval.notArrived") : say(error);
  };
}

export function Undecided({ error }: { error: unknown }) {
  const say = useDecisionText();
  if (!isUndecided(error)) return null;
  return (
    <p role="alert" data-tone="failed" className={classes.undecided}>
      <Shape tone="failed" />
      {say(error)}
    </p>
  );
}
