/** Draws what stands in it once that comes near to what is seen; until then it keeps the place. */
import { type ReactNode, startTransition, useEffect, useRef, useState } from "react";

/** So far beyond what is seen: a flick of the wheel does not outrun it. */
const AHEAD = "900px 0px";

interface WhenNearProps {
  /** About as high as it will be, in pixels. */
  height: number;
  className?: string | undefined;
  children: () => ReactNode;
}

export function WhenNear({ height, className, children }: WhenNearProps) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (near || !element) return;
    const seen = new IntersectionObserver(
      (changes) => {
        if (!changes.some((change) => change.isIntersecting)) return;
        // Drawn between two frames, in pieces: scrolling goes before.
        startTransition(() => setNear(true));
      },
      { root: scroller(element), rootMargin: AHEAD },
    );
    seen.observe(element);
    return () => seen.disconnect();
  }, [near]);
  return (
    <div
      ref={place}
      className={className}
      style={near ? { containIntrinsicSize: `auto ${height}px` } : { height }}
    >
      {near ? children() : null}
    </div>
  );
}

/** A margin counts from the box that scrolls only when that box is named. */
function scroller(element: HTMLElement): HTMLElement | null {
  for (let at = element.parentElement; at; at = at.parentElement) {
    const { overflowY } = getComputedStyle(at);
    if (overflowY === "auto" || overflowY === "scroll") {
      return at === document.documentElement ? null : at;
    }
  }
  return null;
}
