/** What a person tells this worker over sempre.toml: saved explicitly, kept unsaved when one leaves. */
import { Button, Group } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Directives } from "@/api/types";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { Ago } from "@/components/times";
import type { ApiError } from "@/lib/client";
import { directivesOptions, useSaveDirectives } from "./api";
import classes from "./Directives.module.css";
import { DirectivesFields } from "./DirectivesFields";
import { type Draft, draftOf, isSame, wrongFields } from "./directives";

export default function DirectivesForm({ name }: { name: string }) {
  const query = useQuery(directivesOptions(name));
  if (query.isPending) return <Loading rows={4} height={64} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return <Form name={name} directives={query.data} />;
}

interface Kept {
  /** What it was made from: somebody else may have said something meanwhile. */
  version: number;
  draft: Draft;
}

function Form({ name, directives }: { name: string; directives: Directives }) {
  const { t } = useTranslation();
  const [kept, setKept, forget] = useLocalStorage<Kept | null>({
    key: `sempre.directives.${name}`,
    defaultValue: null,
    getInitialValueInEffect: false,
  });
  const save = useSaveDirectives(name);
  const saved = draftOf(directives);
  const draft = kept?.draft ?? saved;
  const version = kept?.version ?? directives.version;
  const wrong = wrongFields(draft);
  const changed = kept !== null && !isSame(draft, saved);
  const conflict =
    changed && (version !== directives.version || (save.error as ApiError | null)?.status === 409);
  const submit = () =>
    save.mutate(
      { ...draft, version },
      {
        onSuccess: () => {
          forget();
          notifications.show({ message: t("directives.saved", { worker: name }) });
        },
      },
    );
  return (
    <form
      className={`card ${classes.form}`}
      aria-label={t("directives.title")}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed && wrong.length === 0) submit();
      }}
    >
      <p className="meta">
        {t("directives.about")}{" "}
        {directives.changed_at ? (
          <>
            {t("directives.changed", { who: directives.changed_by ?? "?" })}{" "}
            <Ago at={directives.changed_at} />.
          </>
        ) : null}
      </p>
      <DirectivesFields
        draft={draft}
        configured={directives.configured}
        wrong={wrong}
        onChange={(change) => setKept({ version, draft: { ...draft, ...change } })}
      />
      {conflict ? (
        <p data-tone="waiting" className={classes.conflict} role="alert">
          {t("directives.conflict")}
        </p>
      ) : save.isError ? (
        <Trouble error={save.error} />
      ) : null}
      <Group gap={8}>
        <Button
          type="submit"
          loading={save.isPending}
          disabled={!changed || wrong.length > 0 || conflict}
        >
          {t("directives.save")}
        </Button>
        <Button
          variant="default"
          disabled={!changed}
          onClick={() => {
            forget();
            save.reset();
          }}
        >
          {t("directives.discard")}
        </Button>
        {changed ? <span className="meta">{t("directives.unsaved")}</span> : null}
      </Group>
    </form>
  );
}
