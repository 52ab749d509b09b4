import { Tabs } from "@mantine/core";
import { useNavigate, useParams } from "react-router";
import { PageFrame } from "@/components/PageFrame";
import { useT, type Key } from "@/i18n";
import { General } from "./General";
import { Mail } from "./Mail";
import { PolicyEditor } from "./Policy";
import { Registries } from "./Registries";

const TABS: readonly { value: string; label: Key; component: React.ComponentType }[] = [
  { value: "general", label: "settings.general", component: General },
  { value: "mail", label: "settings.mail", component: Mail },
  { value: "registries", label: "settings.registries", component: Registries },
  { value: "policy", label: "settings.policy", component: PolicyEditor },
];

/** AppOS's settings, one tab a kind; each has an address of its own. */
export default function SettingsPage() {
  const t = useT();
  const navigate = useNavigate();
  const tab = useParams()["*"] ?? "";
  return (
    <PageFrame title={t("nav.settings")}>
      <Tabs
        keepMounted={false}
        value={TABS.some(({ value }) => value === tab) ? tab : "general"}
        onChange={(value) => void navigate(`/settings/${value ?? ""}`)}
      >
        <Tabs.List>
          {TABS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {t(label)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ value, component: Component }) => (
          <Tabs.Panel key={value} value={value} pt="md">
            <Component />
          </Tabs.Panel>
        ))}
      </Tabs>
    </PageFrame>
  );
}
