/** What a room asks for first is asked while its code still comes. */
import type { FetchQueryOptions, QueryKey } from "@tanstack/react-query";
import { openApprovalsOptions } from "@/features/approvals/api";
import { cardsNowOptions } from "@/features/board/api";
import { deadLetterHeadOptions } from "@/features/dead-letters/api";
import { answeredOptions, dayOptions } from "@/features/turns/api";
import { trustOptions, workerOptions, workersOptions } from "@/features/workers/api";
import { queryClient } from "@/lib/live";

function ask<Data, Key extends QueryKey>(options: FetchQueryOptions<Data, Error, Data, Key>): void {
  void queryClient.prefetchQuery(options);
}

export function askForNow(): void {
  ask(workersOptions);
  ask(answeredOptions);
  ask(deadLetterHeadOptions);
  ask(openApprovalsOptions);
  ask(cardsNowOptions);
  ask(dayOptions);
}

export function askForWorkers(): void {
  ask(workersOptions);
}

export function askForWorker(name: string): void {
  ask(workersOptions);
  ask(workerOptions(name));
  ask(trustOptions(name));
}
