import { Button } from "@mantine/core";
import { Link } from "react-router";
import { PageFrame } from "@/components/PageFrame";
import { useT } from "@/i18n";

/** A path that leads nowhere. */
export default function MissingPage() {
  const t = useT();
  return (
    <PageFrame title={t("missing.title")}>
      <p>{t("missing.hint")}</p>
      <div>
        <Button component={Link} to="/">
          {t("nav.home")}
        </Button>
      </div>
    </PageFrame>
  );
}
