/** The dead letters, newest first, read further as they are scrolled. */
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { More } from "@/components/More";
import { Trouble } from "@/components/Trouble";
import { deadLettersOptions, type LettersFilter } from "./api";
import { BulkButtons } from "./BulkButtons";
import { LetterCard } from "./LetterCard";
import { LetterFilters } from "./LetterFilters";
import classes from "./LetterList.module.css";
import { useHiddenLetters } from "./purging";
import { usePurge } from "./usePurge";

interface LetterListProps {
  filter: LettersFilter;
  onFilter: (filter: LettersFilter) => void;
}

export function LetterList({ filter, onFilter }: LetterListProps) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(deadLettersOptions(filter));
  const hidden = useHiddenLetters();
  const purge = usePurge();
  if (query.isPending) return <Loading rows={3} height={150} />;
  const letters = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isError && letters.length === 0) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
  }
  const shown = letters.filter((letter) => !hidden.has(letter.id));
  const narrowed = Boolean(filter.channel || filter.kind);
  if (shown.length === 0 && !narrowed) return <Empty title={t("dead.none")} />;
  return (
    <div className={classes.list}>
      <LetterFilters filter={filter} letters={shown} onFilter={onFilter} />
      {shown.length > 0 ? (
        <BulkButtons filter={filter} />
      ) : (
        <Empty title={t("dead.noMatch")}>
          <Button size="xs" variant="default" onClick={() => onFilter({})}>
            {t("dead.all")}
          </Button>
        </Empty>
      )}
      {shown.map((letter) => (
        <LetterCard key={letter.id} letter={letter} onPurge={purge} />
      ))}
      <More query={query} />
    </div>
  );
}
