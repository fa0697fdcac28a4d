/** Failures: what used up its attempts, why, and the ways on; one by one or all that match. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { Page, Section } from "@/components/Page";
import { deadLettersOptions } from "@/features/dead-letters/api";
import { LetterList } from "@/features/dead-letters/LetterList";
import { TurnHistory } from "@/features/turns/TurnHistory";
import { SubRooms } from "@/frame/SubRooms";

const route = getRouteApi("/observability/failures");

export function FailuresRoom() {
  const { t } = useTranslation();
  const filter = route.useSearch();
  const navigate = route.useNavigate();
  // What comes below would be pushed about by what is still on its way.
  const { isPending } = useInfiniteQuery(deadLettersOptions(filter));
  return (
    <Page title={t("room.failures")} lead={<p className="meta">{t("dead.about")}</p>}>
      <SubRooms of="observability" />
      <LetterList
        filter={filter}
        onFilter={(search) => void navigate({ search, replace: true, resetScroll: false })}
      />
      {isPending ? null : (
        <Section title={t("dead.failedTurns")}>
          <TurnHistory
            worker
            filter={{
              state: "failed",
              ...(filter.channel ? { channel: filter.channel } : {}),
            }}
            onClear={
              filter.channel ? () => void navigate({ search: {}, replace: true }) : undefined
            }
            empty={<Empty title={t("dead.noFailedTurns")} />}
          />
        </Section>
      )}
    </Page>
  );
}
