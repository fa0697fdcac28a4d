/** The boards. One alone, or the one of a card that is asked for, is opened at once; without any, this is where the first
 * is made. */
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate } from "@tanstack/react-router";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Trouble } from "@/components/Trouble";
import { boardsOptions, cardOptions } from "@/features/board/api";
import { BoardList } from "@/features/board/BoardList";
import { isMissing } from "@/lib/client";
import { later } from "@/lib/served";

const BoardForm = later(() => import("@/features/board/BoardForm"));
const route = getRouteApi("/board");

export function BoardsRoom() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(boardsOptions);
  const boards = query.data ?? [];
  const only = boards.length === 1 ? boards[0] : undefined;
  const making = search.do === "new";
  const wanted = useQuery({
    ...cardOptions(search.card ?? ""),
    enabled: search.card !== undefined && boards.length > 1 && !making,
  });
  const board = only?.id ?? wanted.data?.board;
  if (board && !making) {
    return <Navigate to="/board/$board" params={{ board }} search={search} replace />;
  }
  const make = () => void navigate({ search: { do: "new" } });
  const button = (
    <Button size="xs" leftSection={<IconPlus size={14} />} onClick={make}>
      {t("boards.new")}
    </Button>
  );
  return (
    <Page title={t("room.board")} actions={boards.length > 0 ? button : undefined}>
      {search.card && isMissing(wanted.error) ? (
        <Empty title={t("card.gone", { card: search.card })} />
      ) : null}
      {query.isPending || wanted.isLoading ? (
        <Loading rows={2} height={120} />
      ) : query.isError ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : boards.length === 0 ? (
        <Empty title={t("boards.none")}>
          <p className="meta">{t("boards.noneNext")}</p>
          {button}
        </Empty>
      ) : (
        <BoardList boards={boards} />
      )}
      {making ? (
        <Suspense>
          <BoardForm
            onClose={() => void navigate({ search: {} })}
            onDone={(board) =>
              void (board && navigate({ to: "/board/$board", params: { board }, search: {} }))
            }
          />
        </Suspense>
      ) : null}
    </Page>
  );
}
