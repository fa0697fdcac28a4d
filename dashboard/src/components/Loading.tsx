/** Skeletons that take the room of what comes, so that nothing jumps when it does. */
import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface LoadingProps {
  rows?: number;
  height?: number;
}

export function Loading({ rows = 3, height = 44 }: LoadingProps) {
  const { t } = useTranslation();
  const names = Array.from({ length: rows }, (_, index) => `row-${index}`);
  return (
    <Stack gap={8} role="status" aria-label={t("loading")}>
      {names.map((name) => (
        <Skeleton key={name} height={height} radius={12} />
      ))}
    </Stack>
  );
}
