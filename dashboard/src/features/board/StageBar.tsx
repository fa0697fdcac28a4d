/** Four segments: which stages lie behind, where the run stands, how it stands there. */
import { useTranslation } from "react-i18next";
import classes from "./StageBar.module.css";
import { STAGES, type Standing, segments, standingWord } from "./stages";

export function StageBar({ run }: { run: Standing | null }) {
  const { t } = useTranslation();
  const label = run
    ? `${t(`stage.${run.stage}`)}: ${t(`standing.${standingWord(run)}`)}`
    : t("standing.never");
  const tones = segments(run);
  return (
    <span role="img" aria-label={label} title={label} className={classes.bar}>
      {STAGES.map((stage, index) => (
        <span key={stage} className={classes.segment} data-tone={tones[index]} />
      ))}
    </span>
  );
}
