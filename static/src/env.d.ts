declare module "virtual:mantine-variables.css";

/** What public/boot.js gives the dashboard. */
interface Window {
  apposLoading?: { again: () => boolean; started: () => void };
}
