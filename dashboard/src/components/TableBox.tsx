/**
 * A table on a card. On a phone each row is a small card: `data-label` stands above a cell's value, what has none is
 * named by itself. Between the two, where the screen is too narrow, it scrolls and the page does not.
 */
import { Table } from "@mantine/core";
import classes from "./TableBox.module.css";

interface TableBoxProps {
  label: string;
  children: React.ReactNode;
}

export function TableBox({ label, children }: TableBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table is scrolled with the keyboard
    <div className={`card ${classes.box}`} tabIndex={0}>
      <Table
        aria-label={label}
        verticalSpacing={7}
        horizontalSpacing={14}
        fz={13}
        className={classes.table}
      >
        {children}
      </Table>
    </div>
  );
}
