/** What is much to draw, drawn in slices between which the page answers; until it is done, what stands instead. */
import { useDeferredValue } from "react";

interface SlicedProps {
  instead: React.ReactNode;
  children: React.ReactNode;
}

export function Sliced({ instead, children }: SlicedProps) {
  const due = useDeferredValue(true, false);
  return due ? children : instead;
}
