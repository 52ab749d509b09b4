import { Anchor } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { asApiError } from "@/api/error";
import type { Job } from "@/api/types";
import { useT, type Key } from "@/i18n";

/** Say that something was done. */
export const tell = (message: string) =>
  notifications.show({ message, color: "green", autoClose: 4000, role: "status" });

/** Say why something was not done; it stays until it is closed. */
export const complain = (thrown: unknown) =>
  notifications.show({ message: asApiError(thrown).message, color: "red", autoClose: false, role: "alert" });

/** Say that a job was queued, with a link to it. */
export const tellJob = (job: Job) =>
  notifications.show({
    id: job.id,
    message: <JobToast job={job} />,
    color: "blue",
    autoClose: 8000,
    role: "status",
  });

/** Toasts stand outside of the router, so the link asks it itself. */
function JobToast({ job }: { job: Job }) {
  const t = useT();
  const path = `/jobs/${job.id}`;
  return (
    <>
      {t("job.queued", { kind: t(jobKey(job.kind)), subject: job.subject })}{" "}
      <Anchor
        href={path}
        onClick={(event) => {
          event.preventDefault();
          notifications.hide(job.id);
          void import("@/app/router").then(({ router }) => router.navigate(path));
        }}
      >
        {t("job.show")}
      </Anchor>
    </>
  );
}

const KINDS = new Set<string>([
  "app.deploy",
  "app.redeploy",
  "app.start",
  "app.stop",
  "app.restart",
  "app.update",
  "app.rollback",
  "app.remove",
  "app.adopt",
  "image.pull",
  "docker.prune",
  "git.deploy",
  "backup.create",
  "system.check",
]);

/** The words for a kind of job. */
export const jobKey = (kind: string): Key => (KINDS.has(kind) ? (`kind.${kind}` as Key) : "kind.other");
