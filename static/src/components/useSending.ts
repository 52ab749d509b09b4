import { useState } from "react";
import { asApiError, type FieldProblem } from "@/api/error";

export interface Sending {
  isBusy: boolean;
  /** What was refused; null: nothing. */
  error: unknown;
  /** What is wrong with a field, for Mantine's `error`. */
  problem: (field: string) => string | undefined;
  /** Run a request; tells whether it succeeded. */
  run: (request: () => Promise<unknown>) => Promise<boolean>;
}

/** The sending of a form: whether it is under way, and what AppOS says of each field. */
export function useSending(): Sending {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const fields: Readonly<Record<string, FieldProblem>> = error === null ? {} : asApiError(error).data;
  return {
    isBusy,
    error,
    problem: (field) => fields[field]?.message,
    async run(request) {
      setBusy(true);
      setError(null);
      try {
        await request();
        return true;
      } catch (thrown) {
        setError(thrown);
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
