/** Telling in the browser that a call waits, once a person has asked for that. Never asks by itself. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import type { ApprovalSummary } from "@/api/types";
import { placeOf } from "@/lib/places";
import { visible } from "@/lib/visible";
import { openApprovalsOptions } from "./api";

export type Wish = "impossible" | "unasked" | "blocked" | "off" | "on";
const STORED = "sempre.notify";
const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

export function readWish(): Wish {
  if (!("Notification" in globalThis)) return "impossible";
  if (Notification.permission === "default") return "unasked";
  if (Notification.permission === "denied") return "blocked";
  return localStorage.getItem(STORED) === "off" ? "off" : "on";
}

export function useWish(): Wish {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readWish);
}

/** Only from a click: that is what browsers and people want. */
export async function askPermission(): Promise<void> {
  await Notification.requestPermission();
  localStorage.setItem(STORED, "on");
  tell();
}

export function setNotices(wanted: boolean): void {
  localStorage.setItem(STORED, wanted ? "on" : "off");
  tell();
}

/** Those that came since the last look; what was there at first is no news. */
export function newcomers(
  open: readonly ApprovalSummary[],
  known: ReadonlySet<string> | undefined,
): ApprovalSummary[] {
  return known ? open.filter((each) => !known.has(each.id)) : [];
}

/** Shows a notification for each new call while nobody looks at the page. `onOpen` brings it into the hand. */
export function useApprovalNotices(onOpen: (id: string) => void): void {
  const { t } = useTranslation();
  const on = useWish() === "on";
  const { data } = useQuery({ ...openApprovalsOptions, enabled: on });
  const known = useRef<ReadonlySet<string>>(undefined);
  const [show] = useState(() => new Shown());
  useEffect(() => {
    if (!on || !data) return;
    const fresh = newcomers(data, known.current);
    known.current = new Set(data.map((each) => each.id));
    show.closeAllBut(known.current);
    if (document.visibilityState === "visible" && document.hasFocus()) return;
    for (const each of fresh) {
      const who = placeOf(each);
      show.open(each.id, t("notice.title", { who }), visible(each.headline).text, onOpen);
    }
  }, [on, data, show, onOpen, t]);
}

/** The notifications on the screen: one that was decided elsewhere goes away by itself. */
class Shown {
  private readonly notices = new Map<string, Notification>();

  open(id: string, title: string, body: string, onOpen: (id: string) => void): void {
    try {
      const notice = new Notification(title, {
        body,
        tag: `approval ${id}`,
        requireInteraction: true,
      });
      notice.onclick = () => {
        focus();
        notice.close();
        onOpen(id);
      };
      this.notices.set(id, notice);
    } catch {
      // Some phones only let a service worker notify; the tab's title says it all the same.
    }
  }

  closeAllBut(open: ReadonlySet<string>): void {
    for (const [id, notice] of this.notices) {
      if (open.has(id)) continue;
      notice.close();
      this.notices.delete(id);
    }
  }
}
