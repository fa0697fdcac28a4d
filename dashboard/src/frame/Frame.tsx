/** What stands around every room. */
import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useApprovalNotices } from "@/features/approvals/notices";
import { useVisits } from "@/features/away/api";
import { Ribbon } from "@/features/connection/Ribbon";
import { statusOptions } from "@/features/now/api";
import { SuspendedLine } from "@/features/suspension/SuspendedLine";
import { onSignedIn } from "@/lib/client";
import { setTabCount } from "@/lib/tabTitle";
import classes from "./Frame.module.css";
import { Rail } from "./Rail";
import { SignedOut } from "./SignedOut";
import { TopBar } from "./TopBar";
import { useListKeys } from "./useListKeys";

export function Frame() {
  const { t } = useTranslation();
  const signedIn = useSignedIn();
  const { data: status } = useQuery(statusOptions);
  const waiting = status?.counts.approvals ?? 0;
  useEffect(() => setTabCount(waiting), [waiting]);
  useListKeys();
  const navigate = useNavigate();
  const take = useCallback(
    (id: string) => void navigate({ to: "/approvals/$id", params: { id } }),
    [navigate],
  );
  useApprovalNotices(take);
  useVisits();
  if (!signedIn) return <SignedOut />;
  return (
    <div className={classes.frame}>
      <a href="#main" className={classes.skip}>
        {t("frame.skip")}
      </a>
      <Rail status={status} />
      <div className={classes.page}>
        <TopBar status={status} />
        <SuspendedLine status={status} />
        {status ? <Ribbon status={status} /> : null}
        <main id="main" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </div>
    </div>
  );
}

function useSignedIn(): boolean {
  const [signedIn, setSignedIn] = useState(true);
  useEffect(() => onSignedIn(setSignedIn), []);
  return signedIn;
}
