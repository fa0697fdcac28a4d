/** Nothing here yet: one sentence, and the one thing that fills it. */
import classes from "./Empty.module.css";
import { Said } from "./Said";

interface EmptyProps {
  title: string;
  children?: React.ReactNode;
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className={classes.empty}>
      <p className={classes.title}>
        <Said text={title} />
      </p>
      {children ? <div className={classes.next}>{children}</div> : null}
    </div>
  );
}
