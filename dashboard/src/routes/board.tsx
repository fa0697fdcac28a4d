/** A board: its cards in columns, filtered, moved, run; the one in hand in a drawer beside them. */
import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Board, CardColumn, CardSummary } from "@/api/types";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Page } from "@/components/Page";
import { Trouble } from "@/components/Trouble";
import { BoardDialogs, type Dialog } from "@/features/board/BoardDialogs";
import { BoardActions, BoardLead, BoardProblems } from "@/features/board/BoardHead";
import { type BoardDeeds, BoardDeedsContext } from "@/features/board/boardDeeds";
import type { BoardSearch } from "@/features/board/boardSearch";
import { CardFilters } from "@/features/board/CardFilters";
import { ColumnSwitch } from "@/features/board/ColumnSwitch";
import { isFiltered, labelsOf } from "@/features/board/filters";
import { STAGES } from "@/features/board/stages";
import { allColumns, countRunning, useBoard } from "@/features/board/useBoard";
import { type BoardKey, useBoardKeys } from "@/features/board/useBoardKeys";
import { useRemoveCard, useStartCard, useStopCard } from "@/features/board/useCardDeeds";
import { useMoves } from "@/features/board/useMoves";
import { later } from "@/lib/served";
import classes from "./board.module.css";

// Dragging and the drawer weigh much, and neither is the first thing that is seen.
const Columns = later(() => import("@/features/board/Columns"));
const CardDrawer = later(() => import("@/features/board/CardDrawer"));

const route = getRouteApi("/board/$board");

export function BoardRoom() {
  const { t } = useTranslation();
  const { board: id } = route.useParams();
  const search = route.useSearch();
  const found = useBoard(id, search, search.archived === true);
  if (found.board) return <Room key={id} board={found.board} found={found} />;
  if (found.boards.isSuccess) return <Gone id={id} />;
  return (
    <Page title={t("room.board")}>
      {found.boards.isError ? (
        <Trouble error={found.boards.error} retry={() => void found.boards.refetch()} />
      ) : (
        <Loading rows={1} height={480} />
      )}
    </Page>
  );
}

/** A card that the link names may stand on another board: that is where the way out leads. */
function Gone({ id }: { id: string }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  return (
    <Page title={t("room.board")}>
      <Empty title={t("board.gone", { board: id })}>
        <Button
          variant="default"
          renderRoot={(props) => <Link to="/board" search={search} {...props} />}
        >
          {t("board.toBoards")}
        </Button>
      </Empty>
    </Page>
  );
}

interface RoomProps {
  board: Board;
  found: ReturnType<typeof useBoard>;
}

function Room({ board, found }: RoomProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { cards, columns } = found;
  const change = (part: Partial<BoardSearch>, replace = false) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace });
  const [inHand, setInHand] = useState<Dialog>();
  const dialog = inHand ?? asked(search, "backlog");
  const move = useMoves(board.id);
  const deeds = useDeeds(setInHand, change);
  useBoardKeys((key, card) =>
    act(
      key,
      cards.find((each) => each.key === card),
    ),
  );

  const act = (key: BoardKey, card: CardSummary | undefined) => {
    if (key === "new") change({ do: "new" });
    else if (key === "help") change({ do: "keys" });
    else if (key === "search") document.getElementById("card-search")?.focus();
    else if (card) deeds[key](card);
  };
  const close = () => {
    setInHand(undefined);
    if (search.do) change({ do: undefined }, true);
  };
  return (
    <BoardDeedsContext value={deeds}>
      <Page
        title={board.name}
        tab={search.card ? `${search.card} · ${board.name}` : board.name}
        lead={<BoardLead board={board} running={countRunning(cards)} />}
        actions={
          <BoardActions
            board={board}
            archived={search.archived === true}
            onArchived={() => change({ archived: search.archived ? undefined : true })}
            onDo={(what) => change({ do: what })}
          />
        }
      >
        <div className={classes.board}>
          <BoardProblems board={board} />
          <CardFilters
            filter={search}
            labels={labelsOf(cards)}
            shown={[...columns.values()].reduce((sum, list) => sum + list.length, 0)}
            all={cards.filter((card) => search.archived || card.column !== "archived").length}
            onChange={(part) => change(part, true)}
          />
          <Shown found={found} board={board} search={search} change={change} onMove={move} />
        </div>
      </Page>
      <Suspense>
        {search.card ? (
          <CardDrawer
            cardKey={search.card}
            board={board}
            cards={cards}
            tab={search.tab ?? "overview"}
            run={search.run}
            line={search.line}
            onTab={(tab, run) => change({ tab, run, line: undefined }, true)}
            onClose={() =>
              change({ card: undefined, tab: undefined, run: undefined, line: undefined })
            }
          />
        ) : null}
      </Suspense>
      <BoardDialogs
        dialog={dialog}
        board={board}
        cards={cards}
        columns={() => allColumns(cards)}
        onMove={move}
        onMade={close}
        onDeleted={() => void navigate({ to: "/board" })}
        onClose={close}
      />
    </BoardDeedsContext>
  );
}

function asked(search: BoardSearch, column: CardColumn): Dialog | undefined {
  if (search.do === "new") return { kind: "new", column };
  return search.do ? { kind: search.do } : undefined;
}

function useDeeds(
  ask: (dialog: Dialog) => void,
  change: (part: Partial<BoardSearch>) => void,
): BoardDeeds {
  const run = useStartCard();
  const cancel = useStopCard();
  const remove = useRemoveCard(() => change({ card: undefined }));
  return {
    open: (card) => change({ card: card.key }),
    edit: (card) => ask({ kind: "edit", card }),
    move: (card) => ask({ kind: "move", card }),
    run,
    cancel,
    remove,
  };
}

interface ShownProps extends RoomProps {
  search: BoardSearch;
  change: (part: Partial<BoardSearch>, replace?: boolean) => void;
  onMove: ReturnType<typeof useMoves>;
}

function Shown({ found, board, search, change, onMove }: ShownProps) {
  const { t } = useTranslation();
  const { all, cards, columns, places, asking } = found;
  const phone = useMediaQuery("(max-width: 640px)", undefined, { getInitialValueInEffect: false });
  const limits = useMemo(
    () => Object.fromEntries(STAGES.map((stage) => [stage, board.stages[stage]?.wip])),
    [board.stages],
  );
  if (all.isPending) return <Loading rows={1} height={420} />;
  if (all.isError && cards.length === 0) {
    return <Trouble error={all.error} retry={() => void all.refetch()} />;
  }
  if (cards.length === 0) {
    return (
      <Empty title={t("board.noCards")}>
        <p className="meta">{t("board.noCardsNext")}</p>
        <Button size="xs" onClick={() => change({ do: "new" })}>
          {t("card.new")}
        </Button>
      </Empty>
    );
  }
  const none = isFiltered(search) && [...columns.values()].every((list) => list.length === 0);
  if (none) return <Empty title={t("board.noMatch")} />;
  const first = [...columns].find(([, list]) => list.length > 0)?.[0];
  const only = phone ? (search.column ?? first ?? "backlog") : undefined;
  return (
    <>
      {only ? (
        <ColumnSwitch
          columns={columns}
          shown={only}
          onShow={(column) => change({ column }, true)}
        />
      ) : null}
      <Suspense fallback={<Loading rows={1} height={420} />}>
        <Columns
          columns={columns}
          limits={limits}
          only={only}
          places={places}
          asking={asking}
          onMove={onMove}
        />
      </Suspense>
    </>
  );
}
