/** The kinds of tokens that a model has a price for, and what a form holds of them. Pure. */
import type { Price, PriceWish } from "@/api/types";

export const RATES = [
  "input",
  "output",
  "cache_read",
  "cache_write",
  "cache_write_hour",
] as const satisfies readonly (keyof PriceWish)[];
export type Rate = (typeof RATES)[number];
export type Draft = Record<Rate, number | "">;

const MICROS = 1_000_000;

export function draftOf(price: Price | undefined): Draft {
  const of = (rate: Rate) => (price ? price[rate] / MICROS : "");
  return {
    input: of("input"),
    output: of("output"),
    cache_read: of("cache_read"),
    cache_write: of("cache_write"),
    cache_write_hour: of("cache_write_hour"),
  };
}

/** undefined: a rate is missing. Free is 0, said by a person. */
export function wishOf(draft: Draft): PriceWish | undefined {
  const wish: Partial<PriceWish> = {};
  for (const rate of RATES) {
    const dollars = draft[rate];
    if (dollars === "") return undefined;
    wish[rate] = Math.round(dollars * MICROS);
  }
  return wish as PriceWish;
}
