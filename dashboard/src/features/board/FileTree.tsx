/** The files of a diff under their folders; a click goes to one. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { DiffFile } from "@/api/types";
import { visible } from "@/lib/visible";
import classes from "./DiffTab.module.css";
import { type Remark, treeRows } from "./diffParts";

interface FileTreeProps {
  files: readonly DiffFile[];
  remarks: readonly Remark[];
  onGo: (path: string) => void;
}

export function FileTree({ files, remarks, onGo }: FileTreeProps) {
  const { t } = useTranslation();
  const rows = useMemo(() => treeRows(files), [files]);
  const count = (path: string) => remarks.filter((each) => each.file === path).length;
  return (
    <nav className={classes.tree} aria-label={t("cardDiff.tree")}>
      <ul>
        {rows.map(({ name, depth, file }) => (
          <li key={`${depth} ${name} ${file?.path ?? ""}`} style={{ paddingLeft: depth * 12 }}>
            {file ? (
              <button type="button" className={classes.node} onClick={() => onGo(file.path)}>
                <span className="one-line" title={file.path}>
                  {visible(name).text}
                </span>
                {count(file.path) > 0 ? (
                  <span className={classes.count}>
                    {count(file.path)}
                    <span className={classes.unseen}> {t("cardDiff.remarks")}</span>
                  </span>
                ) : null}
                <Sums file={file} />
              </button>
            ) : (
              <span className={`meta one-line ${classes.folder}`} title={name}>
                {visible(name).text}/
              </span>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function Sums({ file }: { file: DiffFile }) {
  return (
    <span className={`mono ${classes.plus}`}>
      {file.added ? <span className={classes.added}>+{file.added}</span> : null}{" "}
      {file.removed ? <span className={classes.removed}>−{file.removed}</span> : null}
    </span>
  );
}
