/** Why the card that is open does not go on, until when, and the button that helps. */
import { Button } from "@mantine/core";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useTell } from "@/components/asking";
import { Until } from "@/components/times";
import { type Hold, holdTone, useLetGo } from "./holds";
import classes from "./Standing.module.css";

/** In few words, where there is room for no more. */
export function HoldWord({ hold }: { hold: Hold }) {
  const { t } = useTranslation();
  return (
    <>
      {t(`workerState.${hold.state}`)}
      {hold.until ? (
        <>
          {" "}
          {t("card.until")} <Until at={hold.until} />
        </>
      ) : null}
    </>
  );
}

export function HoldNotice({ hold, channel }: { hold: Hold; channel: string }) {
  const { t } = useTranslation();
  const tell = useTell();
  const letGo = useLetGo(channel);
  return (
    <div data-tone={holdTone(hold)} className={classes.hold}>
      <p>
        <strong>
          <HoldWord hold={hold} />
        </strong>{" "}
        {hold.reason || t(`card.heldWhy.${hold.state}`)}
        {hold.by ? <span className="meta"> {t("card.by", { who: hold.by })}</span> : null}
      </p>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerPlayFilled size={14} />}
        loading={letGo.isPending}
        onClick={() => letGo.mutate(undefined, tell())}
      >
        {t(hold.state === "parked" ? "card.tryNow" : "card.letGo")}
      </Button>
    </div>
  );
}
