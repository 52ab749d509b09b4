import { Modal } from "@mantine/core";
import { SignInForm } from "@/pages/signin/SignInForm";
import { useT } from "@/i18n";
import { signOut } from "@/api/session";
import { useSession } from "./hooks";
import { queryClient } from "./queryClient";

/** The session has ended: one signs in over the page, which stays as it is, with all that was typed. */
export function SignInOver() {
  const t = useT();
  const { account, isExpired } = useSession();
  if (!account || !isExpired) return null;
  return (
    <Modal
      opened
      onClose={signOut}
      title={t("session.expired")}
      closeOnClickOutside={false}
      closeOnEscape={false}
      zIndex={500}
    >
      <p>{t("session.expiredHint")}</p>
      <SignInForm account={account} onDone={() => void queryClient.invalidateQueries()} />
    </Modal>
  );
}
