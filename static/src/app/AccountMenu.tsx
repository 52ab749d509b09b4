import { Button, Menu, useMantineColorScheme } from "@mantine/core";
import { IconLogout, IconMoon, IconSun, IconSunMoon, IconUser } from "@tabler/icons-react";
import { Link, useNavigate } from "react-router";
import { signOut } from "@/api/session";
import { LANGUAGES, languageName, useLanguage } from "@/i18n";
import { useAccount } from "./hooks";
import { queryClient } from "./queryClient";

const SCHEMES = [
  { scheme: "light", label: "theme.light", icon: IconSun },
  { scheme: "dark", label: "theme.dark", icon: IconMoon },
  { scheme: "auto", label: "theme.auto", icon: IconSunMoon },
] as const;

/** Account, colours, language, and the way out. */
export function AccountMenu() {
  const { t, code, choose } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const { email } = useAccount();
  const navigate = useNavigate();
  const leave = () => {
    signOut();
    queryClient.clear();
    void navigate("/login");
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<IconUser size={16} aria-hidden />}
          maw="13rem"
          aria-label={t("shell.account", { email })}
        >
          {email}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} aria-hidden />}>
          {t("nav.account")}
        </Menu.Item>
        <Menu.Divider />
        {SCHEMES.map(({ scheme, label, icon: Icon }) => (
          <Menu.Item
            key={scheme}
            leftSection={<Icon size={16} aria-hidden />}
            aria-current={colorScheme === scheme}
            onClick={() => setColorScheme(scheme)}
          >
            {t(label)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        {LANGUAGES.map((each) => (
          <Menu.Item key={each} lang={each} aria-current={each === code} onClick={() => choose(each)}>
            {languageName(each)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
          {t("account.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
