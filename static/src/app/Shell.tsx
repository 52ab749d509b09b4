import { ActionIcon, Button, Drawer } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMenu2, IconSearch } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { Link, NavLink, Outlet, useLocation } from "react-router";
import { renew } from "@/api/session";
import { useT } from "@/i18n";
import { useRecords } from "@/live/realtime";
import { AccountMenu } from "./AccountMenu";
import { ConnectionBanner } from "./ConnectionBanner";
import { useAccount } from "./hooks";
import { placesFor } from "./navigation";
import { openPalette, Palette } from "./Palette";
import { queryClient } from "./queryClient";
import classes from "./Shell.module.css";

const RENEW_EVERY_MS = 300_000;

/** What surrounds every page: navigation, palette, account, and whether AppOS can be reached. */
export function Shell() {
  const t = useT();
  const [isOpen, menu] = useDisclosure();
  const main = useMovingFocus();
  useRenewal();
  useLiveCache();
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t("shell.skip")}
      </a>
      <nav className={classes.side} aria-label={t("shell.navigation")}>
        <Brand />
        <Places />
      </nav>
      <header className={classes.bar}>
        <ActionIcon
          className={classes.menu}
          variant="default"
          size="lg"
          aria-label={t("shell.menu")}
          onClick={menu.open}
        >
          <IconMenu2 aria-hidden />
        </ActionIcon>
        <Button variant="default" leftSection={<IconSearch size={16} aria-hidden />} onClick={openPalette}>
          {t("shell.search")}
        </Button>
        <span className={classes.push} />
        <AccountMenu />
      </header>
      <main ref={main} id="main" className={classes.main} tabIndex={-1}>
        <ConnectionBanner />
        <Outlet />
      </main>
      <Drawer opened={isOpen} onClose={menu.close} title={t("shell.navigation")} size="16rem">
        <nav aria-label={t("shell.navigation")}>
          <Places onVisit={menu.close} />
        </nav>
      </Drawer>
      <Palette />
    </div>
  );
}

function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <img src="/favicon.svg" alt="" width={26} height={26} />
      AppOS
    </Link>
  );
}

function Places({ onVisit }: { onVisit?: () => void }) {
  const t = useT();
  const { isSuperuser } = useAccount();
  return placesFor(isSuperuser).map(({ to, label, icon: Icon }) => (
    <NavLink key={to} to={to} end={to === "/"} className={classes.link} onClick={onVisit}>
      <Icon aria-hidden />
      {t(label)}
    </NavLink>
  ));
}

/** Give the focus to the page that was moved to, as a browser does where a page is loaded. */
function useMovingFocus() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    // A page that has put the focus where one begins keeps it.
    if (!first.current && !main.current?.contains(document.activeElement)) main.current?.focus();
    first.current = false;
  }, [pathname]);
  return main;
}

function useRenewal() {
  useEffect(() => {
    const look = () => void renew().catch(() => undefined);
    look();
    const timer = setInterval(look, RENEW_EVERY_MS);
    return () => clearInterval(timer);
  }, []);
}

/** What changes on the server is asked for anew, by all that show it. */
function useLiveCache() {
  const changed = (noun: string) => () => void queryClient.invalidateQueries({ queryKey: [noun] });
  useRecords("jobs", changed("jobs"), () => void queryClient.invalidateQueries());
  useRecords("apps", changed("apps"));
}
