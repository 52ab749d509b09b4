import { Spotlight, spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { queries } from "@/api/queries";
import { useT } from "@/i18n";
import { useAccount } from "./hooks";
import { placesFor } from "./navigation";

export const openPalette = () => spotlight.open();

/** Ctrl-K: every page and every app by its name. */
export function Palette() {
  const t = useT();
  const navigate = useNavigate();
  const { isSuperuser } = useAccount();
  const [isOpen, setOpen] = useState(false);
  const apps = useQuery({ ...queries.apps({ perPage: 200 }), enabled: isOpen });
  const go = (to: string) => () => void navigate(to);

  const places: SpotlightActionData[] = placesFor(isSuperuser).map(({ to, label, icon: Icon }) => ({
    id: to,
    label: t(label),
    onClick: go(to),
    leftSection: <Icon size={18} aria-hidden />,
  }));
  const more: SpotlightActionData[] = [
    { id: "account", label: t("nav.account"), onClick: go("/account") },
    ...(isSuperuser ? [{ id: "new", label: t("apps.new"), onClick: go("/apps/new") }] : []),
  ];
  const named: SpotlightActionData[] = (apps.data?.items ?? []).map((app) => ({
    id: `app:${app.id}`,
    label: app.name,
    description: t("palette.app"),
    onClick: go(`/apps/${app.name}`),
  }));

  return (
    <Spotlight
      actions={[...places, ...more, ...named]}
      shortcut="mod + K"
      limit={12}
      lockScroll={false}
      title={t("palette.search")}
      classNames={{ header: "visually-hidden" }}
      nothingFound={t("palette.nothing")}
      onSpotlightOpen={() => setOpen(true)}
      onSpotlightClose={() => setOpen(false)}
      searchProps={{ placeholder: t("palette.search"), "aria-label": t("palette.search") }}
    />
  );
}
