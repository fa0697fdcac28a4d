/**
 * Languages. The frame's words are in the page in English; other languages come when they are chosen, and
 * each room's words come with the room. The choice is kept here.
 */
import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";
import type board from "@/locales/en/board.json";
import frame from "@/locales/en/frame.json";
import type observability from "@/locales/en/observability.json";
import type settings from "@/locales/en/settings.json";
import type work from "@/locales/en/work.json";
import { type Part, ROOM_WORDS, type RoomFile } from "./roomWords";

export const LANGUAGES = { en: "English", "pt-BR": "Português (Brasil)" } as const;
export type Language = keyof typeof LANGUAGES;
const STORED = "sempre.language";

type Words = typeof frame & typeof board & typeof work & typeof observability & typeof settings;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Words };
    strictKeyChecks: true;
  }
}

const FILES = import.meta.glob<object>(["../locales/*/*.json", "!../locales/en/frame.json"], {
  import: "default",
});
/** Each file is read once; what failed may be tried again. */
const read = new Map<string, Promise<void>>();
const opened = new Set<"frame" | Part>(["frame"]);
let speaking: Language = "en";

function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored && stored in LANGUAGES) return stored as Language;
  return navigator.language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
}

function load(language: Language, part: "frame" | Part): Promise<void> {
  const file = `../locales/${language}/${part}.json`;
  const fetched = FILES[file];
  if (!fetched) return Promise.resolve();
  let reading = read.get(file);
  if (!reading) {
    reading = fetched().then((words) => {
      i18next.addResourceBundle(language, "translation", words, true, true);
    });
    reading.catch(() => read.delete(file));
    read.set(file, reading);
  }
  return reading;
}

/** A room and its words, asked for together. */
export function withWords<Room>(room: RoomFile, open: () => Promise<Room>): () => Promise<Room> {
  return async () => {
    const [opening] = await Promise.all([open(), loadWords(ROOM_WORDS[room])]);
    return opening;
  };
}

export async function loadWords(parts: readonly Part[]): Promise<void> {
  for (const part of parts) opened.add(part);
  // While the language changes, both are wanted.
  const languages = new Set([speaking, i18next.language as Language]);
  await Promise.all([...languages].flatMap((each) => parts.map((part) => load(each, part))));
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: frame } },
    lng: "en",
    fallbackLng: "en",
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await speak(preferred());
}

async function speak(language: Language): Promise<void> {
  speaking = language;
  await Promise.all([...opened].map((part) => load(language, part)));
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
