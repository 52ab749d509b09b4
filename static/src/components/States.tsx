import { Alert, Button, Loader } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { asApiError } from "@/api/error";
import { useT } from "@/i18n";
import classes from "./Surface.module.css";

/** Nothing is there: what belongs here, and how it comes to be. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

/** What went wrong, in AppOS's own words, with every field that it names. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useT();
  const { status, message, data } = asApiError(error);
  const problems = Object.entries(data);
  return (
    <Alert
      role="alert"
      color="red"
      variant="outline"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("error.title")}
    >
      <p>{status === 0 ? t("error.unreachable") : message}</p>
      {problems.length > 0 && (
        <ul>
          {problems.map(([path, problem]) => (
            <li key={path}>
              <code>{path}</code>: {problem.message}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <Button variant="default" size="xs" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      )}
    </Alert>
  );
}

/** Something is on its way. */
export function Loading() {
  const t = useT();
  return (
    <div className={classes.empty} role="status">
      <Loader type="dots" aria-hidden />
      <span className="visually-hidden">{t("state.loading")}</span>
    </div>
  );
}

/** Show what a query has found, or that it waits, or why it failed. What was found stays while it is asked anew. */
export function Loaded<T>({
  query,
  children,
}: {
  query: UseQueryResult<T>;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <Loading />;
}
