/** Whether what the board's repository brings reaches the agents of its cards. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useTell } from "@/components/asking";
import { isWorthSaying, Trust } from "@/components/Trust";
import { boardTrustOptions } from "./api";
import classes from "./BoardForm.module.css";
import { useSetBoardTrust } from "./deeds";

export function BoardTrust({ board }: { board: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  const { data: trust } = useQuery(boardTrustOptions(board));
  const change = useSetBoardTrust(board);
  if (!trust || !isWorthSaying(trust)) return null;
  return (
    <section className={classes.trust} aria-label={t("boardTrust.title")}>
      <h3>{t("boardTrust.title")}</h3>
      <Trust
        trust={trust}
        word={(key, who) => t(`boardTrust.${key}`, { who })}
        pending={change.isPending}
        onSet={(wish) => change.mutate(wish, tell())}
      />
    </section>
  );
}
