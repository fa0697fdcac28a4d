/** Languages: English is in the page, the others come when they are chosen. The choice is kept here. */
import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import en from "@/locales/en.json";

export const LANGUAGES = { en: "English", "pt-BR": "Português (Brasil)" } as const;
export type Language = keyof typeof LANGUAGES;
const STORED = "sempre.language";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    strictKeyChecks: true;
  }
}

function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored && stored in LANGUAGES) return stored as Language;
  return navigator.language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
}

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, "translation")) return;
  const words = await import("@/locales/pt-BR.json");
  i18next.addResourceBundle(language, "translation", words.default);
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en } },
    lng: "en",
    fallbackLng: "en",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await speak(preferred());
}

async function speak(language: Language): Promise<void> {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await speak(language);
}

/** The language as a locale for numbers and times. */
export function useLocale(): Language {
  const { i18n } = useTranslation();
  return i18n.language as Language;
}
