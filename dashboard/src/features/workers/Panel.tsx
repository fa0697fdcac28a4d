/** A side panel of facts. */
import classes from "./Panel.module.css";

export function Panel({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className={`card ${classes.panel}`} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

export function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt className="meta">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
