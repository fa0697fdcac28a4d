/** A call to try: which rule, which verdict, which risk. Nothing runs and nothing is recorded. */
import { Button, Group, JsonInput, Stack, TextInput } from "@mantine/core";
import { IconTestPipe } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ChannelSelect } from "@/components/ChannelSelect";
import { Trouble } from "@/components/Trouble";
import { useTestPolicy } from "./api";
import { Outcome } from "./Outcome";
import classes from "./Policy.module.css";
import { inputOf } from "./testing";

export function Tester({ channels }: { channels: readonly string[] }) {
  const { t } = useTranslation();
  const test = useTestPolicy();
  const [channel, setChannel] = useState(channels[0]);
  const [tool, setTool] = useState("Bash");
  const [text, setText] = useState("");
  const input = inputOf(tool, text);
  const wrong = text.trim() !== "" && input === undefined;
  const submit = () => {
    if (channel && input) test.mutate({ channel, tool: tool.trim(), input });
  };
  return (
    <form
      className={`card ${classes.tester}`}
      aria-label={t("policy.tester")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap={12}>
        <Group gap={12} align="flex-end">
          <ChannelSelect
            size="sm"
            clearable={false}
            placeholder={t("budgets.chooseChannel")}
            value={channel}
            onChange={setChannel}
          />
          <TextInput
            label={t("policy.tool")}
            value={tool}
            maxLength={100}
            onChange={(event) => setTool(event.currentTarget.value)}
          />
        </Group>
        {tool.trim() === "Bash" ? (
          <TextInput
            label={t("policy.command")}
            placeholder="git push origin main"
            classNames={{ input: "mono" }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        ) : (
          <JsonInput
            label={t("policy.input")}
            placeholder='{"file_path": "README.md"}'
            autosize
            minRows={2}
            maxRows={12}
            error={wrong ? t("approval.noJson") : undefined}
            value={text}
            onChange={setText}
          />
        )}
        <Group>
          <Button
            type="submit"
            leftSection={<IconTestPipe size={15} />}
            loading={test.isPending}
            disabled={!channel || !tool.trim() || input === undefined}
          >
            {t("policy.try")}
          </Button>
        </Group>
        {test.isError ? <Trouble error={test.error} /> : null}
        {test.data ? <Outcome test={test.data} /> : null}
      </Stack>
    </form>
  );
}
