/** Which key does what on the board. */
import { Kbd, Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./KeysHelp.module.css";

const KEYS = [
  ["J K H L", "walk"],
  ["Enter", "open"],
  ["Space", "drag"],
  ["M", "move"],
  ["R", "run"],
  ["C", "cancel"],
  ["E", "edit"],
  ["N", "new"],
  ["/", "search"],
  ["↑ ↓", "lines"],
  ["Ctrl Enter", "send"],
  ["Esc", "close"],
  ["?", "help"],
] as const;

export default function KeysHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("board.keys")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <dl className={classes.keys}>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.split(" ").map((key) => (
                <Kbd key={key} size="sm">
                  {key}
                </Kbd>
              ))}
            </dt>
            <dd>{t(`board.key.${what}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
