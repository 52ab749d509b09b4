import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { useT } from "@/i18n";
import { ErrorState } from "./States";

interface ConfirmProps {
  title: string;
  /** What will happen, exactly. */
  children: ReactNode;
  /** The words of the button that does it. */
  action: string;
  /** What must be typed first, for what destroys: the thing's name. */
  name?: string;
  isDangerous?: boolean;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}

/** Ask before something is done; it stays open, with the reason, where that was refused. */
export function Confirm({
  title,
  children,
  action,
  name,
  isDangerous = true,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const t = useT();
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const mayGoOn = name === undefined || typed === name;

  const confirm = async () => {
    if (!mayGoOn || isBusy) return;
    setBusy(true);
    try {
      await onConfirm();
      onClose();
    } catch (thrown) {
      setError(thrown);
      setBusy(false);
    }
  };

  return (
    <Modal opened onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        {children}
        {name !== undefined && (
          <TextInput
            my="md"
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            label={t("confirm.type", { name })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {error !== null && <ErrorState error={error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button
            type="submit"
            {...(isDangerous ? { color: "red" } : {})}
            disabled={!mayGoOn}
            loading={isBusy}
          >
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

/** The same for what destroys: its name must be typed. */
export const ConfirmByName = (props: ConfirmProps & { name: string }) => <Confirm {...props} />;
