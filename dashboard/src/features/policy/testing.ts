/** What a tester's text is as a tool's input. Pure. */

/** undefined: nothing to try, or no JSON object. */
export function inputOf(tool: string, text: string): Record<string, unknown> | undefined {
  if (text.trim() === "") return undefined;
  if (tool.trim() === "Bash") return { command: text };
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
