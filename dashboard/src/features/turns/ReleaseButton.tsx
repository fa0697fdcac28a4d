/** A turn that waits for a budget goes on, with so much more as a person says. */
import { Button, Group, NumberInput, Popover, Text } from "@mantine/core";
import { IconPlayerPlayFilled } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/components/Trouble";
import { useReleaseTurn } from "./api";

const MICROS = 1_000_000;
const USUAL = 1;
const MOST = 1000;

export function ReleaseButton({ turnId }: { turnId: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const [dollars, setDollars] = useState<number | string>(USUAL);
  const release = useReleaseTurn(turnId);
  const micros = Math.round(Number(dollars) * MICROS);
  const valid = micros > 0 && micros <= MOST * MICROS;
  return (
    <Popover opened={opened} onChange={setOpened} width={290} trapFocus withArrow>
      <Popover.Target>
        <Button
          size="xs"
          leftSection={<IconPlayerPlayFilled size={14} />}
          onClick={() => setOpened(!opened)}
        >
          {t("release.release")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className="over" aria-label={t("release.release")}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (valid) release.mutate(micros);
          }}
        >
          <Text size="sm">{t("release.effect")}</Text>
          <NumberInput
            my={10}
            label={t("release.extra")}
            prefix="$"
            decimalScale={2}
            min={0}
            max={MOST}
            value={dollars}
            error={valid ? null : t("directives.wrong")}
            onChange={setDollars}
          />
          {release.isError ? <Trouble error={release.error} /> : null}
          <Group justify="flex-end" gap={8}>
            <Button size="xs" variant="default" onClick={() => setOpened(false)}>
              {t("action.cancel")}
            </Button>
            <Button size="xs" type="submit" disabled={!valid} loading={release.isPending}>
              {t("release.release")}
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
