import { Button, Group, Modal, Table } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, download } from "@/api/client";
import type { Page } from "@/api/list";
import { Confirm } from "@/components/Confirm";
import { bytes, dateTime, who } from "@/components/format";
import { PageFrame, Scroll } from "@/components/PageFrame";
import { Pager } from "@/components/Pager";
import { EmptyState, Loaded, Loading } from "@/components/States";
import { complain } from "@/components/toast";
import { useLanguage, useT } from "@/i18n";
import { parseCast, withoutPauses } from "./cast";
import { Sessions } from "./Sessions";

const Player = lazy(() => import("./Player"));

interface Recording {
  id: string;
  user: string;
  where: string;
  started: string;
  sizeBytes: number;
}

const PER_PAGE = 30;

/** The terminals that are open, and recordings of those that were. */
export default function TerminalsPage() {
  const t = useT();
  const [page, setPage] = useState(1);
  const query = useQuery({
    queryKey: ["recordings", page],
    queryFn: ({ signal }) =>
      api.get<Page<Recording>>("terminal/recordings", { page, perPage: PER_PAGE }, signal),
  });
  return (
    <PageFrame title={t("nav.terminals")}>
      <Sessions />
      <h2>{t("terminals.recordings")}</h2>
      <Loaded query={query}>
        {(list) =>
          list.items.length ? (
            <>
              <Recordings recordings={list.items} />
              <Pager list={list} onPage={setPage} />
            </>
          ) : (
            <EmptyState title={t("terminals.noRecordings")}>{t("terminals.noRecordingsText")}</EmptyState>
          )
        }
      </Loaded>
    </PageFrame>
  );
}

function Recordings({ recordings }: { recordings: readonly Recording[] }) {
  const { t, code } = useLanguage();
  const cache = useQueryClient();
  const [played, setPlayed] = useState<Recording | null>(null);
  const [asked, setAsked] = useState<Recording | null>(null);
  const remove = async ({ id }: Recording) => {
    await api.delete(`terminal/recordings/${id}`);
    await cache.invalidateQueries({ queryKey: ["recordings"] });
  };
  return (
    <Scroll label={t("terminals.recordings")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("terminals.where")}</Table.Th>
            <Table.Th>{t("apps.by")}</Table.Th>
            <Table.Th>{t("terminals.started")}</Table.Th>
            <Table.Th>{t("terminals.size")}</Table.Th>
            <Table.Th>{t("services.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {recordings.map((each) => (
            <Table.Tr key={each.id}>
              <Table.Td>{each.where}</Table.Td>
              <Table.Td>{who(each.user)}</Table.Td>
              <Table.Td>{dateTime(each.started, code)}</Table.Td>
              <Table.Td>{bytes(each.sizeBytes, code)}</Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <Button size="compact-sm" variant="default" onClick={() => setPlayed(each)}>
                    {t("terminals.play")}
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() =>
                      void download(`terminal/recordings/${each.id}`, `${each.id}.cast`).catch(complain)
                    }
                  >
                    {t("apps.download")}
                  </Button>
                  <Button size="compact-sm" variant="default" onClick={() => setAsked(each)}>
                    {t("action.delete")}
                  </Button>
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {played && <Played recording={played} onClose={() => setPlayed(null)} />}
      {asked && (
        <Confirm
          title={t("terminals.deleteTitle")}
          action={t("action.delete")}
          onConfirm={() => remove(asked)}
          onClose={() => setAsked(null)}
        >
          <p>
            {asked.where}, {dateTime(asked.started, code)}
          </p>
        </Confirm>
      )}
    </Scroll>
  );
}

function Played({ recording, onClose }: { recording: Recording; onClose: () => void }) {
  const { t, code } = useLanguage();
  const title = `${recording.where}, ${dateTime(recording.started, code)}`;
  const query = useQuery({
    queryKey: ["recording", recording.id],
    queryFn: async ({ signal }) => {
      const response = await api.raw(`terminal/recordings/${recording.id}`, {}, signal);
      return withoutPauses(parseCast(await response.text()));
    },
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <Modal opened onClose={onClose} title={title} size="auto">
      <p>{t("terminals.pausesCut")}</p>
      <Loaded query={query}>
        {(cast) => (
          <Suspense fallback={<Loading />}>
            <Player cast={cast} label={title} />
          </Suspense>
        )}
      </Loaded>
    </Modal>
  );
}
