/** The four ways to connect a model, each with what it means. */
import { Button, Group, PasswordInput, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Said } from "@/components/Said";
import { Trouble } from "@/components/Trouble";
import { type NewConnection, useSetConnection } from "./api";
import { complete } from "./connection";

type Kind = NewConnection["kind"];
const KINDS: readonly Kind[] = ["key", "token", "base_url", "login"];

export function ConnectForm({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind>("key");
  const [value, setValue] = useState("");
  const [url, setUrl] = useState("");
  const connect = useSetConnection();
  const body = complete(kind, value, url);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (body) connect.mutate(body, { onSuccess: onDone });
      }}
    >
      <Stack gap={16}>
        <Text size="sm">{t("connect.lead")}</Text>
        <Radio.Group
          label={t("connect.how")}
          value={kind}
          onChange={(chosen) => setKind(chosen as Kind)}
        >
          <Stack gap={10} mt={8}>
            {KINDS.map((each) => (
              <Radio
                key={each}
                value={each}
                label={t(`connect.kind.${each}`)}
                description={<Said text={t(`connect.about.${each}`)} />}
              />
            ))}
          </Stack>
        </Radio.Group>
        {kind === "base_url" ? (
          <TextInput
            label={t("connect.url")}
            placeholder="https://"
            type="url"
            required
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
        ) : null}
        {kind === "login" ? null : (
          <PasswordInput
            label={t(`connect.secret.${kind}`)}
            description={t("connect.kept")}
            autoComplete="off"
            required={kind !== "base_url"}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            visibilityToggleButtonProps={{ "aria-label": t("connect.show") }}
          />
        )}
        {connect.isError ? <Trouble error={connect.error} /> : null}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={onDone}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" disabled={!body} loading={connect.isPending}>
            {t("connect.connect")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
