/** The event timeline: everything that happened, filtered and live. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { statusOptions } from "@/features/now/api";
import { Timeline } from "@/features/timeline/Timeline";
import { TimelineFilters } from "@/features/timeline/TimelineFilters";
import { AREAS } from "@/features/timeline/words";
import { SubRooms } from "@/frame/SubRooms";

const route = getRouteApi("/observability/timeline");

export function TimelineRoom() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: status } = useQuery(statusOptions);
  const [newest, setNewest] = useState<number>();
  useEffect(() => {
    if (status && newest === undefined) setNewest(status.last_event_id);
  }, [status, newest]);
  const area = AREAS.find((each) => each === search.kind);
  const show = (change: typeof search) =>
    void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false });
  return (
    <Page title={t("room.timeline")} lead={<p className="meta">{t("timeline.about")}</p>}>
      <SubRooms of="observability" />
      <TimelineFilters
        area={area}
        channel={search.channel}
        onArea={(kind) => show({ kind })}
        onChannel={(channel) => show({ channel })}
      />
      {newest === undefined ? (
        <Loading rows={6} height={38} />
      ) : (
        <Timeline newest={newest} area={area} channel={search.channel} />
      )}
    </Page>
  );
}
