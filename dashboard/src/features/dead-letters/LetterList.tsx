/** The dead letters, newest first, read further as they are scrolled. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { deadLettersOptions } from "./api";
import { LetterCard } from "./LetterCard";
import classes from "./LetterList.module.css";
import { useHiddenLetters } from "./purging";
import { usePurge } from "./usePurge";

export function LetterList() {
  const { t } = useTranslation();
  const query = useInfiniteQuery(deadLettersOptions);
  const hidden = useHiddenLetters();
  const purge = usePurge();
  if (query.isPending) return <Loading rows={3} height={150} />;
  const letters = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError && letters.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  const shown = letters.filter((letter) => !hidden.has(letter.id));
  if (shown.length === 0) return <Empty title={t("dead.none")} />;
  return (
    <div className={classes.list}>
      {shown.map((letter) => (
        <LetterCard key={letter.id} letter={letter} onPurge={purge} />
      ))}
      {query.hasNextPage ? (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("dead.more")}
        </Button>
      ) : null}
    </div>
  );
}
