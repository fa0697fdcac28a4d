/** Reading boards, cards and runs. */
import { queryOptions } from "@tanstack/react-query";
import { fetchCard } from "@/api/cardLists";
import { keys } from "@/api/keys";
import type { CardColumn, RunState } from "@/api/types";
import { ask, client } from "@/lib/client";
import { ALL_COLUMNS } from "./stages";

export const boardsOptions = queryOptions({
  queryKey: keys.boards,
  queryFn: ({ signal }) => ask(client.GET("/api/boards", { signal })),
});

/** What would stop a run: the repository, its base, what is not committed. Git is asked. */
export const findingsOptions = (board: string) =>
  queryOptions({
    queryKey: keys.boardFindings(board),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/boards/{board}/check", { params: { path: { board } }, signal })),
  });

export const boardTrustOptions = (board: string) =>
  queryOptions({
    queryKey: keys.boardTrust(board),
    queryFn: ({ signal }) =>
      ask(client.GET("/api/boards/{board}/trust", { params: { path: { board } }, signal })),
  });

/** Every card of a board, archived ones too. */
export const cardsOptions = (board: string) =>
  queryOptions({
    queryKey: keys.cardsOf(board),
    queryFn: ({ signal }) =>
      ask(
        client.GET("/api/cards", {
          params: { query: { board, column: [...ALL_COLUMNS] } },
          signal,
        }),
      ),
    // Events put in what changed.
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface CardWish {
  board?: string;
  q?: string;
  column?: CardColumn[];
  state?: RunState[];
}

export const foundCardsOptions = (wish: CardWish) =>
  queryOptions({
    queryKey: keys.cardsFound(wish),
    queryFn: ({ signal }) => ask(client.GET("/api/cards", { params: { query: wish }, signal })),
  });

/** What Now shows: cards that are not done and have a run that is under way, waits or failed. */
export const cardsNowOptions = foundCardsOptions({
  column: ["backlog", "plan", "implement", "test", "review"],
  state: ["running", "waiting", "completed", "failed"],
});

export const cardOptions = (key: string) =>
  queryOptions({
    queryKey: keys.card(key),
    queryFn: ({ signal }) => fetchCard(key, signal),
  });

const one = (id: string) => ({ params: { path: { id } } });

export const historyOptions = (key: string) =>
  queryOptions({
    queryKey: keys.cardPart(key, "history"),
    queryFn: ({ signal }) =>
      ask(
        client.GET("/api/cards/{id}/history", {
          params: { path: { id: key }, query: { limit: 100 } },
          signal,
        }),
      ),
  });

export const imagesOptions = (key: string) =>
  queryOptions({
    queryKey: keys.cardPart(key, "images"),
    queryFn: ({ signal }) => ask(client.GET("/api/cards/{id}/images", { ...one(key), signal })),
  });

export const specOptions = (key: string) =>
  queryOptions({
    queryKey: keys.cardPart(key, "spec"),
    queryFn: ({ signal }) => ask(client.GET("/api/cards/{id}/spec", { ...one(key), signal })),
  });

export const runsOptions = (key: string) =>
  queryOptions({
    queryKey: keys.runsOf(key),
    queryFn: ({ signal }) => ask(client.GET("/api/cards/{id}/runs", { ...one(key), signal })),
  });

export const runOptions = (id: string) =>
  queryOptions({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => ask(client.GET("/api/runs/{id}", { ...one(id), signal })),
  });

export const diffOptions = (id: string, path?: string) =>
  queryOptions({
    queryKey: keys.diff(id, path),
    queryFn: ({ signal }) =>
      ask(
        client.GET("/api/runs/{id}/diff", {
          params: { path: { id }, query: path ? { path } : {} },
          signal,
        }),
      ),
  });

export const commentsOptions = (id: string) =>
  queryOptions({
    queryKey: keys.runComments(id),
    queryFn: ({ signal }) => ask(client.GET("/api/runs/{id}/comments", { ...one(id), signal })),
  });

/** The whole way, as the card says. */
export const startCard = (key: string) =>
  ask(client.POST("/api/cards/{id}/run", { ...one(key), body: {} }));

const IMAGE = "/api/cards/{id}/images/{image}";

/** Where a picture of a card is. */
export const imageAddress = (card: string, image: string): string =>
  IMAGE.replace("{id}", card).replace("{image}", image);
