/** Every token there is, and on demand those there were; never the secrets. */
import { Button, Switch } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Token } from "@/api/types";
import { useConfirm, useTell } from "@/components/asking";
import { Empty } from "@/components/Empty";
import { Loading } from "@/components/Loading";
import { Sign } from "@/components/Sign";
import { Trouble } from "@/components/Trouble";
import { Ago, Until } from "@/components/times";
import { tokensOptions, useRevokeToken } from "./api";
import classes from "./Tokens.module.css";

export function TokenList() {
  const { t } = useTranslation();
  const query = useQuery(tokensOptions);
  const [past, setPast] = useState(false);
  if (query.isPending) return <Loading rows={3} height={64} />;
  if (!query.data) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  const shown = query.data.filter((token) => past || token.valid);
  const gone = query.data.filter((token) => !token.valid).length;
  return (
    <>
      {gone > 0 ? (
        <Switch
          size="xs"
          label={t("tokens.past", { count: gone })}
          checked={past}
          onChange={(event) => setPast(event.currentTarget.checked)}
        />
      ) : null}
      {shown.length === 0 ? (
        <Empty title={t("tokens.none")} />
      ) : (
        <ul className={`card ${classes.list}`}>
          {shown.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </ul>
      )}
    </>
  );
}

function TokenRow({ token }: { token: Token }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const tell = useTell();
  const revoke = useRevokeToken();
  const ask = () =>
    confirm({
      title: t("tokens.revokeTitle", { name: token.name }),
      effect: t("tokens.revokeEffect"),
      confirm: t("tokens.revoke"),
      onConfirm: () => revoke.mutate(token.id, tell(t("tokens.revoked"))),
    });
  const word = token.valid ? "valid" : token.revoked_at ? "revokedState" : "expired";
  return (
    <li className={classes.token}>
      <div className={classes.what}>
        <p className={classes.name}>
          <strong>{token.name}</strong>
          <Sign tone={token.valid ? "done" : "idle"} label={t(`tokens.${word}`)} />
          {token.scopes.map((scope) => (
            <Sign
              key={scope}
              tone={scope === "approve" ? "waiting" : "idle"}
              label={t(`tokens.scope.${scope}`)}
            />
          ))}
        </p>
        <p className="meta">
          {t("tokens.madeBy", { who: token.created_by })} <Ago at={token.created_at} /> ·{" "}
          {token.last_used_at ? (
            <>
              {t("tokens.used")} <Ago at={token.last_used_at} />
            </>
          ) : (
            t("tokens.unused")
          )}
          {token.valid ? (
            <>
              {" · "}
              {token.expires_at ? (
                <>
                  {t("tokens.until")} <Until at={token.expires_at} />
                </>
              ) : (
                t("tokens.forever")
              )}
            </>
          ) : null}
        </p>
      </div>
      {token.valid ? (
        <Button size="xs" variant="default" loading={revoke.isPending} onClick={ask}>
          {t("tokens.revoke")}
        </Button>
      ) : null}
    </li>
  );
}
