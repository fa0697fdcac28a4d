/** What a change takes away and what it puts there, line by line. Its arithmetic comes lazily. */
import { Suspense } from "react";
import { later } from "@/lib/served";
import { Loading } from "../Loading";

const Computed = later(() => import("./DiffComputed"));

export interface DiffProps {
  before: string;
  after: string;
  language?: string | undefined;
  label: string;
  /** Lines of a fragment have no numbers that mean something. */
  numbers?: boolean;
}

export function Diff(props: DiffProps) {
  return (
    <Suspense fallback={<Loading rows={1} height={80} />}>
      <Computed {...props} />
    </Suspense>
  );
}
