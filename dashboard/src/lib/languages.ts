/** Which language a file, a code block or a tool's input is in, by name. Pure. */
const BY_ENDING: Readonly<Record<string, string>> = {
  bash: "bash",
  c: "c",
  cc: "cpp",
  cfg: "ini",
  conf: "ini",
  cpp: "cpp",
  cs: "csharp",
  css: "css",
  diff: "diff",
  go: "go",
  h: "c",
  hpp: "cpp",
  html: "xml",
  ini: "ini",
  java: "java",
  js: "javascript",
  json: "json",
  jsx: "javascript",
  kt: "kotlin",
  less: "css",
  md: "markdown",
  mjs: "javascript",
  patch: "diff",
  php: "php",
  py: "python",
  pyi: "python",
  rb: "ruby",
  rs: "rust",
  scss: "css",
  sh: "bash",
  sql: "sql",
  svg: "xml",
  swift: "swift",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  xml: "xml",
  yaml: "yaml",
  yml: "yaml",
  zsh: "bash",
};
const BY_NAME: Readonly<Record<string, string>> = {
  console: "bash",
  html: "xml",
  javascript: "javascript",
  markdown: "markdown",
  python: "python",
  rust: "rust",
  shell: "bash",
  typescript: "typescript",
};

/** Of a path; undefined when its ending says nothing. */
export function languageOfPath(path: string): string | undefined {
  const name = path.split(/[\\/]/).at(-1) ?? "";
  const dot = name.lastIndexOf(".");
  return dot < 0 ? undefined : BY_ENDING[name.slice(dot + 1).toLowerCase()];
}

/** Of a fenced block's word. */
export function languageOfName(name: string): string | undefined {
  const low = name.toLowerCase();
  return (
    BY_NAME[low] ?? BY_ENDING[low] ?? (Object.values(BY_ENDING).includes(low) ? low : undefined)
  );
}
