/** Whether what is to be decided has stood still long enough: a key or a click meant for the one before decides nothing. */
import { useEffect, useState } from "react";

const STANDS_STILL = 500;

export function useSettled(id: string): boolean {
  const [settled, setSettled] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setSettled(id), STANDS_STILL);
    return () => clearTimeout(timer);
  }, [id]);
  return settled === id;
}
