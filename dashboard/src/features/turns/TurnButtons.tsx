/** Stop what runs or waits, with a word on what that does; try again what has ended badly. */
import { Button, Group, Popover, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerStopFilled, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Turn } from "@/api/types";
import { useErrorText } from "@/components/Trouble";
import { useCancelTurn, useRetryTurn } from "./api";
import { canRetry, canStop } from "./can";

export function TurnButtons({ turn }: { turn: Turn }) {
  return (
    <Group gap={8}>
      {canStop(turn) ? <StopButton turn={turn} /> : null}
      {canRetry(turn) ? <RetryButton turn={turn} /> : null}
    </Group>
  );
}

function useSayError() {
  const say = useErrorText();
  return (error: unknown) => notifications.show({ color: "red", message: say(error) });
}

function StopButton({ turn }: { turn: Turn }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const cancel = useCancelTurn(turn.id);
  const onError = useSayError();
  const stop = () => {
    setAsking(false);
    cancel.mutate(undefined, { onError });
  };
  return (
    <Popover opened={asking} onChange={setAsking} width={280} trapFocus shadow="md" withArrow>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerStopFilled size={14} />}
          loading={cancel.isPending}
          onClick={() => setAsking(!asking)}
        >
          {t("turn.stop")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm" mb={8}>
          {t(turn.state === "running" ? "turn.stopRunning" : "turn.stopQueued")}
        </Text>
        <Group gap={8} justify="flex-end">
          <Button size="xs" variant="default" onClick={() => setAsking(false)}>
            {t("action.keep")}
          </Button>
          <Button size="xs" color="red" onClick={stop}>
            {t("turn.stop")}
          </Button>
        </Group>
      </Popover.Dropdown>
    </Popover>
  );
}

function RetryButton({ turn }: { turn: Turn }) {
  const { t } = useTranslation();
  const retry = useRetryTurn(turn.id);
  const onError = useSayError();
  return (
    <Button
      size="xs"
      leftSection={<IconRefresh size={14} />}
      loading={retry.isPending}
      onClick={() => retry.mutate(undefined, { onError })}
    >
      {t("turn.retry")}
    </Button>
  );
}
