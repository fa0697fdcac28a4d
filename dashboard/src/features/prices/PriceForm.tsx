/** A price of one's own for a model. */
import { Button, Group, Modal, NumberInput, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Price } from "@/api/types";
import { useTell } from "@/components/asking";
import { Trouble } from "@/components/Trouble";
import { useSetPrice } from "./api";
import { draftOf, RATES, wishOf } from "./rates";

interface PriceFormProps {
  price: Price | undefined;
  onClose: () => void;
}

export function PriceForm({ price, onClose }: PriceFormProps) {
  const { t } = useTranslation();
  const tell = useTell();
  const set = useSetPrice();
  const [model, setModel] = useState(price?.model ?? "");
  const [draft, setDraft] = useState(draftOf(price));
  const wish = wishOf(draft);
  const submit = () =>
    wish &&
    set.mutate(
      { model: model.trim(), wish },
      {
        onSuccess: () => {
          tell(t("prices.saved")).onSuccess();
          onClose();
        },
      },
    );
  return (
    <Modal
      opened
      onClose={onClose}
      title={price?.model ?? t("prices.add")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap={12}>
          {price ? null : (
            <TextInput
              label={t("prices.model")}
              description={t("prices.modelAbout")}
              maxLength={201}
              value={model}
              onChange={(event) => setModel(event.currentTarget.value)}
              data-autofocus
            />
          )}
          <p className="meta">{t("prices.unit")}</p>
          <SimpleGrid cols={2} spacing={12}>
            {RATES.map((rate) => (
              <NumberInput
                key={rate}
                label={t(`prices.rate.${rate}`)}
                prefix="$"
                min={0}
                max={1_000_000}
                decimalScale={6}
                value={draft[rate]}
                onChange={(value) =>
                  setDraft({ ...draft, [rate]: typeof value === "number" ? value : "" })
                }
              />
            ))}
          </SimpleGrid>
          <p className="meta">{t("prices.effect")}</p>
          {set.isError ? <Trouble error={set.error} /> : null}
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" loading={set.isPending} disabled={!wish || !model.trim()}>
              {t("action.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
