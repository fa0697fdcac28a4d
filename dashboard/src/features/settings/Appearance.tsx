/** Language and theme, kept in this browser. */
import { SegmentedControl, Select, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language, setLanguage, useLocale } from "@/lib/i18n";
import classes from "./Settings.module.css";

export function Appearance() {
  const { t } = useTranslation();
  const language = useLocale();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={`card ${classes.appearance}`}>
      <Select
        label={t("appearance.language")}
        allowDeselect={false}
        value={language}
        data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
        onChange={(chosen) => chosen && void setLanguage(chosen as Language)}
      />
      <div>
        <p id="theme-label" className={classes.label}>
          {t("appearance.theme")}
        </p>
        <SegmentedControl
          aria-labelledby="theme-label"
          value={colorScheme}
          onChange={(value) => setColorScheme(value as typeof colorScheme)}
          data={[
            { value: "dark", label: t("appearance.dark") },
            { value: "light", label: t("appearance.light") },
            { value: "auto", label: t("appearance.auto") },
          ]}
        />
      </div>
    </div>
  );
}
