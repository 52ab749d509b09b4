import { Anchor } from "@mantine/core";
import { Link, Navigate, useNavigate, useSearchParams } from "react-router";
import { Centered } from "@/app/Centered";
import { useSession } from "@/app/hooks";
import { useT } from "@/i18n";
import { SignInForm } from "./SignInForm";

/** Only a path of this dashboard is gone to: another origin could stand behind `//`. */
const inside = (next: string | null) => (next && /^\/(?![/\\])/.test(next) ? next : "/");

/** The sign-in. */
export default function SignInPage() {
  const t = useT();
  const navigate = useNavigate();
  const [query] = useSearchParams();
  const { account } = useSession();
  const next = inside(query.get("next"));
  if (account) return <Navigate to={next} replace />;
  return (
    <Centered title={t("signin.title")}>
      <SignInForm onDone={() => void navigate(next, { replace: true })} />
      <Anchor component={Link} to="/reset">
        {t("signin.forgot")}
      </Anchor>
    </Centered>
  );
}
