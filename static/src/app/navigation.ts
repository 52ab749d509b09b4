import {
  IconApi,
  IconApps,
  IconBrandDocker,
  IconClipboardList,
  IconHome,
  IconListDetails,
  IconServer,
  IconSettings,
  IconTerminal2,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";
import type { Key } from "@/i18n";

export interface Place {
  to: string;
  label: Key;
  icon: Icon;
  /** Superusers alone. */
  isGuarded?: boolean;
}

/** What the navigation and the palette lead to. */
export const PLACES: readonly Place[] = [
  { to: "/", label: "nav.home", icon: IconHome },
  { to: "/apps", label: "nav.apps", icon: IconApps },
  { to: "/docker", label: "nav.docker", icon: IconBrandDocker, isGuarded: true },
  { to: "/jobs", label: "nav.jobs", icon: IconListDetails, isGuarded: true },
  { to: "/terminals", label: "nav.terminals", icon: IconTerminal2, isGuarded: true },
  { to: "/services", label: "nav.services", icon: IconServer, isGuarded: true },
  { to: "/audit", label: "nav.audit", icon: IconClipboardList, isGuarded: true },
  { to: "/users", label: "nav.users", icon: IconUsers, isGuarded: true },
  { to: "/settings", label: "nav.settings", icon: IconSettings, isGuarded: true },
  { to: "/reference", label: "nav.api", icon: IconApi },
];

/** The places that an account may go to. */
export const placesFor = (isSuperuser: boolean) => PLACES.filter((place) => isSuperuser || !place.isGuarded);
