/** All that match at once: counted by the server first, confirmed with the number, then done. */
import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useConfirm, useTell } from "@/components/asking";
import { now } from "@/lib/clock";
import { type BulkAction, type LettersFilter, useClearLetters, useCountLetters } from "./api";

export function BulkButtons({ filter }: { filter: LettersFilter }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const tell = useTell();
  const count = useCountLetters();
  const clear = useClearLetters();

  const ask = (action: BulkAction) => {
    const wish = { action, filter, createdBefore: new Date(now()).toISOString() };
    const go = () =>
      clear.mutate(wish, {
        onError: tell().onError,
        onSuccess: ({ done, left }) =>
          notifications.show({
            message: `${t(`dead.bulk.${action}.done`, { count: done })} ${
              left > 0 ? t("dead.bulk.left", { count: left }) : ""
            }`,
          }),
      });
    count.mutate(wish, {
      onError: tell().onError,
      onSuccess: ({ matched }) =>
        confirm({
          title: t(`dead.bulk.${action}.title`, { count: matched }),
          effect: (
            <>
              <p>{t(`dead.bulk.${action}.effect`)}</p>
              <p className="meta">
                {t("dead.bulk.which", {
                  channel: filter.channel ?? t("channel.all"),
                  kind: filter.kind ?? t("dead.anyReason"),
                })}
              </p>
            </>
          ),
          confirm: t(`dead.bulk.${action}.go`, { count: matched }),
          grave: action === "purge",
          onConfirm: go,
        }),
    });
  };

  const doing = clear.isPending ? clear.variables : count.isPending ? count.variables : undefined;
  return (
    <Group gap={8}>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconRefresh size={14} />}
        loading={doing?.action === "retry"}
        disabled={doing !== undefined}
        onClick={() => ask("retry")}
      >
        {t("dead.bulk.retry.all")}
      </Button>
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        leftSection={<IconTrash size={14} />}
        loading={doing?.action === "purge"}
        disabled={doing !== undefined}
        onClick={() => ask("purge")}
      >
        {t("dead.bulk.purge.all")}
      </Button>
    </Group>
  );
}
