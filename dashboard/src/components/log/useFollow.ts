/** Staying at the end of a list that grows, until its reader scrolls up; then counting what came since. */
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";

const NEAR_END = 32;

export interface Follow {
  following: boolean;
  unseen: number;
  onScroll: () => void;
  toEnd: () => void;
  stop: () => void;
}

export function useFollow(
  box: RefObject<HTMLDivElement | null>,
  rows: number,
  height: number,
  start: boolean,
): Follow {
  const [following, setFollowing] = useState(start);
  const [seen, setSeen] = useState(rows);
  const top = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each growth of the content is followed
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !following) return;
    element.scrollTop = element.scrollHeight;
    top.current = element.scrollTop;
    setSeen(rows);
  }, [box, following, rows, height]);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    if (atEnd) setFollowing(true);
    // Content that shrinks also scrolls; only a reader scrolls up by more than a breath.
    else if (element.scrollTop < top.current - 2) setFollowing(false);
    top.current = element.scrollTop;
  }, [box]);

  const toEnd = useCallback(() => setFollowing(true), []);
  const stop = useCallback(() => setFollowing(false), []);
  return { following, unseen: following ? 0 : Math.max(0, rows - seen), onScroll, toEnd, stop };
}
