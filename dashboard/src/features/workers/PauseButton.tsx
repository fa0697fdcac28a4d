/** Holding one worker back: until when, and why. What runs may finish. */
import { Button, Group, Popover, Radio, Stack, Text, TextInput } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Worker } from "@/api/types";
import { Trouble } from "@/components/Trouble";
import { now } from "@/lib/clock";
import { usePauseChannel } from "./api";
import { PAUSES, type PauseLength, pauseUntil } from "./pauses";

const LONGEST = 500;

export function PauseButton({ worker }: { worker: Worker }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [length, setLength] = useState<PauseLength>("resumed");
  const [reason, setReason] = useState("");
  const pause = usePauseChannel(worker.channel);
  if (worker.pause) return null;
  const submit = () =>
    pause.mutate(
      { reason: reason.trim() || null, until: pauseUntil(length, new Date(now())) },
      { onSuccess: () => setOpened(false) },
    );
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      width={300}
      trapFocus
      withArrow
      position="bottom-end"
    >
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlayerPause size={14} />}
          onClick={() => setOpened(!opened)}
        >
          {t("pause.pause")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="over" aria-label={t("pause.pause")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Stack gap={10}>
            <Text size="sm">{t("pause.effect")}</Text>
            <Radio.Group
              label={t("pause.until")}
              value={length}
              onChange={(value) => setLength(value as PauseLength)}
            >
              <Stack gap={6} mt={6}>
                {PAUSES.map((each) => (
                  <Radio key={each} size="xs" value={each} label={t(`pause.length.${each}`)} />
                ))}
              </Stack>
            </Radio.Group>
            <TextInput
              size="xs"
              label={t("suspend.reason")}
              maxLength={LONGEST}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {pause.isError ? <Trouble error={pause.error} /> : null}
            <Group justify="flex-end" gap={8}>
              <Button size="xs" variant="default" onClick={() => setOpened(false)}>
                {t("action.cancel")}
              </Button>
              <Button size="xs" type="submit" loading={pause.isPending}>
                {t("pause.pause")}
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
