import { Button, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { RecordModel } from "pocketbase";
import { useState } from "react";
import { guarded } from "@/api/client";
import type { Page } from "@/api/list";
import { pb } from "@/api/session";
import { useAccount } from "@/app/hooks";
import { ConfirmByName } from "@/components/Confirm";
import { dateTime } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { Pager } from "@/components/Pager";
import { EmptyState, Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useLanguage } from "@/i18n";
import { useRecords } from "@/live/realtime";
import { AccountForm } from "./AccountForm";
import { Grants } from "./Grants";

export type AccountRecord = RecordModel & {
  email: string;
  name?: string;
  verified: boolean;
  created: string;
};
type Open =
  { what: "form"; record: AccountRecord | null } | { what: "delete" | "grants"; record: AccountRecord };

/** The accounts of one collection: made, changed, deleted; live. */
export function Accounts({ collection, hint }: { collection: string; hint: string }) {
  const { t } = useLanguage();
  const cache = useQueryClient();
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState<Open | null>(null);
  const key = ["accounts", collection];
  const query = useQuery<Page<AccountRecord>>({
    queryKey: [...key, page],
    queryFn: () =>
      guarded(() => pb.collection(collection).getList<AccountRecord>(page, 30, { sort: "email" })),
  });
  const changed = () => void cache.invalidateQueries({ queryKey: key });
  useRecords(collection, changed);
  const close = () => setOpen(null);

  return (
    <Stack>
      <Text>{hint}</Text>
      <Group>
        <Button onClick={() => setOpen({ what: "form", record: null })}>{t("users.add")}</Button>
      </Group>
      <Loaded query={query}>
        {(list) =>
          list.items.length ? (
            <>
              <AccountTable records={list.items} collection={collection} onOpen={setOpen} />
              <Pager list={list} onPage={setPage} />
            </>
          ) : (
            <EmptyState title={t("users.none")}>{t("users.noneHint")}</EmptyState>
          )
        }
      </Loaded>
      {open?.what === "form" && (
        <AccountForm collection={collection} record={open.record} onClose={close} onSaved={changed} />
      )}
      {open?.what === "grants" && <Grants user={open.record} onClose={close} />}
      {open?.what === "delete" && (
        <ConfirmByName
          title={t("users.delete")}
          action={t("action.delete")}
          name={open.record.email}
          onClose={close}
          onConfirm={async () => {
            await guarded(() => pb.collection(collection).delete(open.record.id));
            changed();
            tell(t("users.deleted", { email: open.record.email }));
          }}
        >
          <p>{t("users.deleteHint")}</p>
        </ConfirmByName>
      )}
    </Stack>
  );
}

interface TableProps {
  records: readonly AccountRecord[];
  collection: string;
  onOpen: (open: Open) => void;
}

function AccountTable({ records, collection, onOpen }: TableProps) {
  const { t, code } = useLanguage();
  const me = useAccount();
  return (
    <Scroll label={t("nav.users")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("field.email")}</Table.Th>
            <Table.Th>{t("users.verified")}</Table.Th>
            <Table.Th>{t("job.created")}</Table.Th>
            <Table.Th>{t("services.actions")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {records.map((record) => (
            <Table.Tr key={record.id}>
              <Table.Td>{record.email}</Table.Td>
              <Table.Td>{t(record.verified ? "word.yes" : "word.no")}</Table.Td>
              <Table.Td>{dateTime(record.created, code)}</Table.Td>
              <Table.Td>
                <Group gap="xs" wrap="nowrap">
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => onOpen({ what: "form", record })}
                  >
                    {t("action.edit")}
                  </Button>
                  {collection === "users" && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => onOpen({ what: "grants", record })}
                    >
                      {t("users.grants")}
                    </Button>
                  )}
                  {record.id !== me.id && (
                    <Button
                      size="compact-sm"
                      variant="default"
                      onClick={() => onOpen({ what: "delete", record })}
                    >
                      {t("action.delete")}
                    </Button>
                  )}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
