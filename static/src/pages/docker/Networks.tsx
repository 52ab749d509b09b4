import { useT } from "@/i18n";
import { Removable } from "./Removable";

/** The networks of the engine. */
export default function Networks() {
  const t = useT();
  return <Removable kind="networks" label={t("docker.networks")} warning={t("docker.networkText")} />;
}
