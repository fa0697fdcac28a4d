/** A call's input as fields to edit, and back; a field that is no text is edited as JSON. Pure. */
export type Input = Readonly<Record<string, unknown>>;

export interface Field {
  name: string;
  /** What stands in the form. */
  text: string;
  json: boolean;
}

export function fieldsOf(input: Input): Field[] {
  return Object.entries(input).map(([name, value]) =>
    typeof value === "string"
      ? { name, text: value, json: false }
      : { name, text: JSON.stringify(value, null, 2), json: true },
  );
}

export function isValid(field: Field): boolean {
  if (!field.json) return true;
  try {
    JSON.parse(field.text);
    return true;
  } catch {
    return false;
  }
}

/** The input that the fields stand for; null while one of them is no JSON. */
export function inputOf(fields: readonly Field[]): Input | null {
  if (!fields.every(isValid)) return null;
  return Object.fromEntries(
    fields.map(({ name, text, json }) => [name, json ? (JSON.parse(text) as unknown) : text]),
  );
}

export const isSame = (a: Input, b: Input): boolean => JSON.stringify(a) === JSON.stringify(b);
