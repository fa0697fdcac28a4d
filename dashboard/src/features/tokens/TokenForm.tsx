/** Making a token: a name, what it may do, how long; its secret is shown once. */
import { Button, Group, Radio, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { NewToken, Scope } from "@/api/types";
import { Copyable } from "@/components/Copy";
import { Trouble } from "@/components/Trouble";
import { now } from "@/lib/clock";
import { useCreateToken } from "./api";
import classes from "./Tokens.module.css";
import { expiryOf, isName, LIVES, type Life, SCOPES, scopesUpTo } from "./wish";

export function TokenForm() {
  const { t } = useTranslation();
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("read");
  const [life, setLife] = useState<Life>("30");
  const wrong = name !== "" && !isName(name);
  const submit = () =>
    create.mutate(
      { name, scopes: scopesUpTo(scope), expires_at: expiryOf(life, now()) },
      { onSuccess: () => setName("") },
    );
  if (create.data) return <Secret token={create.data} onDone={create.reset} />;
  return (
    <form
      className={`card ${classes.form}`}
      aria-label={t("tokens.create")}
      onSubmit={(event) => {
        event.preventDefault();
        if (isName(name)) submit();
      }}
    >
      <Stack gap={12}>
        <TextInput
          label={t("tokens.name")}
          description={t("tokens.nameAbout")}
          maxLength={64}
          maw={360}
          value={name}
          error={wrong ? t("tokens.nameWrong") : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Radio.Group
          label={t("tokens.may")}
          value={scope}
          onChange={(value) => setScope(value as Scope)}
        >
          <Stack gap={8} mt={6}>
            {SCOPES.map((each) => (
              <Radio
                key={each}
                value={each}
                label={t(`tokens.scope.${each}`)}
                description={t(`tokens.scopeAbout.${each}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Select
          label={t("tokens.life")}
          maw={240}
          allowDeselect={false}
          value={life}
          data={LIVES.map((value) => ({ value, label: t(`tokens.lasts.${value}`) }))}
          onChange={(value) => value && setLife(value as Life)}
        />
        {create.isError ? <Trouble error={create.error} /> : null}
        <Group>
          <Button type="submit" loading={create.isPending} disabled={!isName(name)}>
            {t("tokens.create")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Secret({ token, onDone }: { token: NewToken; onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={`card ${classes.form}`} role="status" data-tone="waiting">
      <Stack gap={10} align="flex-start">
        <p className={classes.once}>{t("tokens.once", { name: token.name })}</p>
        <Copyable text={token.secret} label={t("tokens.copy")} />
        <Button size="xs" variant="default" onClick={onDone}>
          {t("tokens.kept")}
        </Button>
      </Stack>
    </div>
  );
}
