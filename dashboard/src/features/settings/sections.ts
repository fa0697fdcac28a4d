/** Settings by the section of sempre.toml they stand in, and which of them are looked for. Pure. */
import type { Setting } from "@/api/types";

export interface SettingSection {
  /** As in the file: `[alerts]`, `[workers.coder]`. */
  name: string;
  settings: readonly Setting[];
  /** How many say something else than they would by themselves. */
  changed: number;
}

/** `rules` stands for itself. */
export function sectionOf(setting: string): string {
  const end = setting.lastIndexOf(".");
  return end < 0 ? setting : setting.slice(0, end);
}

const WORKERS = "workers.";

/** The worker whose section it is. */
export const workerOf = (section: string): string | undefined =>
  section.startsWith(WORKERS) ? section.slice(WORKERS.length) : undefined;

/** `""`, none and `null` all say nothing. */
export const written = (value: unknown): string =>
  value === "" || value === null || value === undefined
    ? ""
    : typeof value === "string"
      ? value
      : JSON.stringify(value);

export const isChanged = (setting: Setting): boolean =>
  written(setting.value) !== written(setting.default);

export interface SettingWish {
  words: string;
  changedOnly: boolean;
}

/** In the server's order, without sections that hold nothing of what is wished for. */
export function sectionsOf(settings: readonly Setting[], wish: SettingWish): SettingSection[] {
  const words = wish.words.trim().toLowerCase();
  const sections = new Map<string, Setting[]>();
  for (const setting of settings) {
    if (wish.changedOnly && !isChanged(setting)) continue;
    if (!`${setting.name} ${setting.description}`.toLowerCase().includes(words)) continue;
    const name = sectionOf(setting.name);
    const before = sections.get(name);
    if (before) before.push(setting);
    else sections.set(name, [setting]);
  }
  return [...sections].map(([name, found]) => ({
    name,
    settings: found,
    changed: found.filter(isChanged).length,
  }));
}
