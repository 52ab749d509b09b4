import { Button } from "@mantine/core";
import { Link } from "react-router";
import { EmptyState } from "@/components/States";
import { useT } from "@/i18n";

/** A path that leads nowhere. */
export default function MissingPage() {
  const t = useT();
  return (
    <EmptyState
      title={t("missing.title")}
      action={
        <Button component={Link} to="/">
          {t("nav.home")}
        </Button>
      }
    >
      {t("missing.hint")}
    </EmptyState>
  );
}
