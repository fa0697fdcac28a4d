/** Nothing here yet: one sentence, and the one thing that fills it. */
import classes from "./Empty.module.css";

interface EmptyProps {
  title: string;
  children?: React.ReactNode;
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <p className={classes.title}>{title}</p>
      {children ? <div className={classes.next}>{children}</div> : null}
    </div>
  );
}
