/** Policies: what agents may do by themselves, what they must ask for, and a tester for both. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Loading } from "@/components/Loading";
import { Page, Section } from "@/components/Page";
import { Trouble } from "@/components/Trouble";
import { policyOptions } from "@/features/policy/api";
import { ChannelList } from "@/features/policy/ChannelList";
import { ProposalList } from "@/features/policy/ProposalList";
import { RuleList } from "@/features/policy/RuleList";
import { Defaults, SettingsRules } from "@/features/policy/Settled";
import { Tester } from "@/features/policy/Tester";
import { SubRooms } from "@/frame/SubRooms";

export function PoliciesRoom() {
  const { t } = useTranslation();
  const query = useQuery(policyOptions);
  const policy = query.data;
  return (
    <Page title={t("room.policies")} lead={<p className="meta">{t("policy.lead")}</p>}>
      <SubRooms of="settings" />
      {policy ? (
        <>
          <Section title={t("policy.tester")}>
            <Tester channels={policy.channels.map((each) => each.channel)} />
          </Section>
          <Section title={t("policy.rules")}>
            <p className="meta">{t("policy.order")}</p>
            <RuleList policy={policy} />
          </Section>
          <Section title={t("policy.channels")}>
            <p className="meta">{t("policy.channelsAbout")}</p>
            <ChannelList channels={policy.channels} />
          </Section>
          <Section title={t("policy.proposals")} count={policy.proposals_waiting}>
            <p className="meta">{t("policy.proposalsAbout")}</p>
            <ProposalList />
          </Section>
          <Section title={t("policy.settingsRules")}>
            <SettingsRules rules={policy.settings_rules} />
          </Section>
          <Section title={t("policy.defaults")}>
            <Defaults defaults={policy.defaults} />
          </Section>
        </>
      ) : query.isError ? (
        <Trouble error={query.error} retry={() => void query.refetch()} />
      ) : (
        <Loading rows={6} height={64} />
      )}
    </Page>
  );
}
