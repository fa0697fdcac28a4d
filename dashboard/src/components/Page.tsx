/** A page: its title in the tab and at its head, and what belongs beside the title. */
import { Title } from "@mantine/core";
import { useEffect } from "react";
import { setTabPage } from "@/lib/tabTitle";
import classes from "./Page.module.css";

interface PageProps {
  title: string;
  /** What the tab says when it is more than the head. */
  tab?: string;
  lead?: React.ReactNode;
  actions?: React.ReactNode;
  children: React.ReactNode;
}

export function Page({ title, tab, lead, actions, children }: PageProps) {
  useEffect(() => {
    setTabPage(tab ?? title);
  }, [tab, title]);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div className={classes.titles}>
          <Title order={1}>{title}</Title>
          {lead}
        </div>
        {actions ? <div className={classes.actions}>{actions}</div> : null}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  title: string;
  count?: number;
  aside?: React.ReactNode;
  children: React.ReactNode;
}

export function Section({ title, count, aside, children }: SectionProps) {
  return (
    <section aria-label={title} className={classes.section}>
      <div className={classes.sectionHead}>
        <h2>
          {title}
          {count === undefined ? null : <span className={classes.count}>{count}</span>}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
}
