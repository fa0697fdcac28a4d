/** Letters on their way out: not shown any more, and not gone before the time to undo is over. */
import { useSyncExternalStore } from "react";

let hidden: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();

function become(ids: Iterable<string>): void {
  hidden = new Set(ids);
  for (const listener of listeners) listener();
}

export const hideLetter = (id: string): void => become([...hidden, id]);
export const showLetter = (id: string): void => become([...hidden].filter((each) => each !== id));

export function useHiddenLetters(): ReadonlySet<string> {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => hidden,
  );
}
