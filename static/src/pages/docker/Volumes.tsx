import { useT } from "@/i18n";
import { Removable } from "./Removable";

/** The volumes of the engine. */
export default function Volumes() {
  const t = useT();
  return <Removable kind="volumes" label={t("docker.volumes")} warning={t("docker.volumeText")} />;
}
