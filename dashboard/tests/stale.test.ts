import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { readAgain } from "../src/api/stale";
import { refreshTurnLists, type TurnPages, turnListOptions } from "../src/api/turnLists";
import type { TurnPage } from "../src/api/types";

type Answer = (page: TurnPage) => void;
interface Asked {
  before: string | undefined;
  answer: Answer;
}
const asked: Asked[] = [];

vi.mock("../src/lib/client", () => ({
  ask: (request: Promise<unknown>) => request,
  client: {
    GET: (_path: string, { params }: { params: { query: { before?: string } } }) =>
      new Promise<TurnPage>((answer) => asked.push({ before: params.query.before, answer })),
  },
}));

const page = (ids: string, next: string | null) =>
  ({ items: [...ids].map((id) => ({ id })), next }) as TurnPage;

async function nextAsked(): Promise<Asked> {
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0));
  return asked.shift() as Asked;
}

test("what changes while it is read for the first time is read once more", async () => {
  const cache = new QueryClient();
  const answers: ((value: string) => void)[] = [];
  const queryFn = () => new Promise<string>((answer) => answers.push(answer));
  const end = new QueryObserver(cache, { queryKey: ["alerts", "open"], queryFn }).subscribe(
    () => undefined,
  );
  readAgain(cache, { queryKey: ["alerts"] });
  readAgain(cache, { queryKey: ["alerts"] });
  answers[0]?.("before the change");
  await vi.waitFor(() => expect(answers.length).toBe(2));
  answers[1]?.("after the change");
  await vi.waitFor(() => expect(cache.getQueryData(["alerts", "open"])).toBe("after the change"));
  expect(answers.length).toBe(2);
  end();
});

test("a head that comes while a page is read is not lost with it", async () => {
  const cache = new QueryClient();
  const observer = new InfiniteQueryObserver(cache, turnListOptions({}));
  const end = observer.subscribe(() => undefined);
  (await nextAsked()).answer(page("bc", "c"));
  await vi.waitFor(() => expect(observer.getCurrentResult().isSuccess).toBe(true));
  const refreshed = refreshTurnLists(cache);
  const head = await nextAsked();
  void observer.fetchNextPage();
  const further = await nextAsked();
  expect([head.before, further.before]).toEqual([undefined, "c"]);
  head.answer(page("abc", "c"));
  await vi.waitFor(() => expect(ids(cache)).toBe("abc"));
  further.answer(page("de", null));
  const again = await nextAsked();
  expect(ids(cache)).toBe("bcde");
  again.answer(page("abc", "c"));
  await refreshed;
  expect(ids(cache)).toBe("abcde");
  end();
});

test("a turn that comes while the list is read for the first time is seen", async () => {
  const cache = new QueryClient();
  const end = new InfiniteQueryObserver(cache, turnListOptions({ q: "x" })).subscribe(
    () => undefined,
  );
  const first = await nextAsked();
  const refreshed = refreshTurnLists(cache);
  void refreshTurnLists(cache);
  first.answer(page("b", null));
  (await nextAsked()).answer(page("ab", null));
  (await nextAsked()).answer(page("ab", null));
  await refreshed;
  expect(ids(cache)).toBe("ab");
  expect(asked).toEqual([]);
  end();
});

const ids = (cache: QueryClient): string =>
  cache
    .getQueriesData<TurnPages>({ queryKey: ["turns", "list"] })
    .flatMap(([, data]) => data?.pages.flatMap((each) => each.items.map((turn) => turn.id)) ?? [])
    .join("");
