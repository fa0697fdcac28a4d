/** What a tool was asked to do, as parts a person can read: a command, a change, a file, the rest. Pure. */
import { languageOfPath } from "@/lib/languages";
import { textOf } from "@/lib/logRows";

export type ToolPart =
  | { kind: "code"; name: string; text: string; language: string | undefined }
  | { kind: "change"; path: string; before: string; after: string; language: string | undefined }
  | { kind: "fact"; name: string; text: string };

type Fields = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === "string";
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The parts cover the whole input: whatever has no form of its own is a fact or JSON. */
export function toolParts(tool: string, input: unknown): ToolPart[] {
  if (!isFields(input))
    return [{ kind: "code", name: "input", text: textOf(input), language: "json" }];
  const path = isText(input.file_path) ? input.file_path : "";
  if (tool === "Edit" && isText(input.old_string) && isText(input.new_string)) {
    return [change(path, input), ...facts(input, "old_string", "new_string")];
  }
  if (tool === "MultiEdit" && Array.isArray(input.edits) && input.edits.every(isEdit)) {
    return [
      ...input.edits.flatMap((edit) => [
        change(path, edit),
        ...facts(edit, "old_string", "new_string"),
      ]),
      ...facts(input, "edits"),
    ];
  }
  return facts(input);
}

const isEdit = (edit: unknown): edit is Fields =>
  isFields(edit) && isText(edit.old_string) && isText(edit.new_string);

const change = (path: string, fields: Fields): ToolPart => ({
  kind: "change",
  path,
  before: textOf(fields.old_string),
  after: textOf(fields.new_string),
  language: languageOfPath(path),
});

const CODE: Readonly<Record<string, (fields: Fields) => string | undefined>> = {
  command: () => "bash",
  content: (fields) => languageOfPath(textOf(fields.file_path)),
  new_source: () => "python",
  prompt: () => "markdown",
};
const SHORT = 120;

function facts(fields: Fields, ...without: string[]): ToolPart[] {
  const named = Object.entries(fields).filter(([name]) => !without.includes(name));
  // What says most comes first: the command, the file's text.
  const first = (name: string) => (name in CODE ? 0 : 1);
  return named
    .sort(([a], [b]) => first(a) - first(b))
    .map(([name, value]): ToolPart => {
      if (isText(value) && name in CODE)
        return { kind: "code", name, text: value, language: CODE[name]?.(fields) };
      const text = isText(value) ? value : JSON.stringify(value, null, 2);
      const short = text.length <= SHORT && !text.includes("\n");
      return short
        ? { kind: "fact", name, text }
        : { kind: "code", name, text, language: isText(value) ? undefined : "json" };
    });
}
