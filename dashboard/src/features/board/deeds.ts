/** Changing boards and cards. A card that is moved stands in its new place at once. */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { putCard, refreshCards } from "@/api/cardLists";
import { keys } from "@/api/keys";
import type { Board, BoardChange, CardChange, CardSummary, NewBoard, NewCard } from "@/api/types";
import { ask, client } from "@/lib/client";
import type { CardPlace } from "./order";

const refreshBoards = (cache: QueryClient) => cache.invalidateQueries({ queryKey: keys.boards });

function putBoard(cache: QueryClient, board: Board): void {
  cache.setQueryData<Board[]>(keys.boards, (boards) =>
    boards?.some((each) => each.id === board.id)
      ? boards.map((each) => (each.id === board.id ? board : each))
      : [...(boards ?? []), board],
  );
  void cache.invalidateQueries({ queryKey: keys.boardFindings(board.id) });
}

export function useCreateBoard() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: NewBoard) => ask(client.POST("/api/boards", { body })),
    onSuccess: (board) => putBoard(cache, board),
  });
}

export function useChangeBoard(board: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: BoardChange) =>
      ask(client.PUT("/api/boards/{board}", { params: { path: { board } }, body })),
    onSuccess: (changed) => putBoard(cache, changed),
    onError: () => refreshBoards(cache),
  });
}

/** `contents`: just what was looked at. */
export function useSetBoardTrust(board: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (change: { trusted: boolean; contents: string }) =>
      ask(client.PUT("/api/boards/{board}/trust", { params: { path: { board } }, body: change })),
    onSuccess: (trust) => cache.setQueryData(keys.boardTrust(board), trust),
    onError: () => cache.invalidateQueries({ queryKey: keys.boardTrust(board) }),
  });
}

export function useDeleteBoard(board: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => ask(client.DELETE("/api/boards/{board}", { params: { path: { board } } })),
    onSuccess: () => refreshBoards(cache),
  });
}

export function useCreateCard() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: NewCard) => ask(client.POST("/api/cards", { body })),
    onSuccess: (card) => {
      putCard(cache, card);
      void refreshBoards(cache);
    },
  });
}

export function useEditCard(key: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: CardChange) =>
      ask(client.PATCH("/api/cards/{id}", { params: { path: { id: key } }, body })),
    onSuccess: (card) => {
      putCard(cache, card);
      cache.setQueryData(keys.card(key), card);
    },
    onError: () => refreshCards(cache, [key]),
  });
}

export interface Move {
  card: CardSummary;
  place: CardPlace;
  /** How it sorts until the server has said so. */
  rank: string;
}

/** Stands in its new place at once, and back in the old one when the server refuses. */
export function useMoveCard() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ card, place }: Move) =>
      ask(
        client.POST("/api/cards/{id}/move", {
          params: { path: { id: card.id } },
          body: { ...place, version: card.version },
        }),
      ),
    onMutate: async ({ card, place, rank }) => {
      await cache.cancelQueries({ queryKey: keys.cardsOf(card.board) });
      putCard(cache, { ...card, column: place.column, rank });
    },
    onSuccess: (card) => {
      putCard(cache, card);
      void cache.invalidateQueries({ queryKey: keys.card(card.key) });
      void refreshBoards(cache);
    },
    onError: (_error, { card }) => {
      putCard(cache, card);
      return refreshCards(cache, [card.key]);
    },
  });
}

interface Pictures {
  key: string;
  files: readonly File[];
}

/** One after the other: a card shows them in the order in which they came. */
export function useAddImages() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ key, files }: Pictures) => {
      for (const file of files) {
        await ask(
          client.POST("/api/cards/{id}/images", {
            params: { path: { id: key }, query: { name: file.name.slice(0, 200) } },
            body: file as unknown as string,
            // As it is: a picture is no JSON.
            bodySerializer: (body) => body as unknown as File,
            headers: { "content-type": "application/octet-stream" },
          }),
        );
      }
    },
    onSettled: (_done, _error, { key }) => refreshCards(cache, [key]),
  });
}

export function useRemoveImage(key: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (image: string) =>
      ask(
        client.DELETE("/api/cards/{id}/images/{image}", { params: { path: { id: key, image } } }),
      ),
    onSettled: () => refreshCards(cache, [key]),
  });
}
