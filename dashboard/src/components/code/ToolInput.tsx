/** What a tool was asked to do, in full and in its own form. */
import { useTranslation } from "react-i18next";
import { visible } from "@/lib/visible";
import { Code } from "./Code";
import { Diff } from "./Diff";
import classes from "./ToolInput.module.css";
import { type ToolPart, toolParts } from "./toolParts";

interface ToolInputProps {
  tool: string;
  input: unknown;
}

export function ToolInput({ tool, input }: ToolInputProps) {
  const parts = toolParts(tool, input);
  return (
    <div className={classes.parts}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one input never move
        <Part key={index} part={part} />
      ))}
    </div>
  );
}

function Part({ part }: { part: ToolPart }) {
  const { t } = useTranslation();
  if (part.kind === "fact") {
    return (
      <p className={classes.fact}>
        <span className="meta">{part.name}</span>{" "}
        <span className="mono">{visible(part.text).text}</span>
      </p>
    );
  }
  if (part.kind === "code")
    return <Code text={part.text} language={part.language} label={part.name} />;
  return (
    <div>
      {part.path ? <p className={`mono ${classes.path}`}>{visible(part.path).text}</p> : null}
      <Diff
        before={part.before}
        after={part.after}
        language={part.language}
        label={t("diff.title")}
      />
    </div>
  );
}
