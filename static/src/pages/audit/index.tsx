import { Table, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { literal } from "@/api/list";
import { queries } from "@/api/queries";
import type { Entry } from "@/api/types";
import { dateTime, who } from "@/components/format";
import { PageFrame, Scroll } from "@/components/PageFrame";
import { Pager } from "@/components/Pager";
import { StateBadge } from "@/components/StateBadge";
import { EmptyState, Loaded } from "@/components/States";
import { useLanguage } from "@/i18n";

const SEARCHED = ["actor", "action", "subject", "detail", "address"];

/** Who did what, on what, from where, and how it ended; newest first. */
export default function AuditPage() {
  const { t } = useLanguage();
  const [page, setPage] = useState(1);
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 250);
  const filter = search && SEARCHED.map((field) => `${field} ~ ${literal(search)}`).join(" || ");
  const query = useQuery({
    ...queries.audit({ page, perPage: 50, filter }),
    placeholderData: keepPreviousData,
  });
  return (
    <PageFrame title={t("nav.audit")}>
      <TextInput
        type="search"
        maw="24rem"
        aria-label={t("list.search")}
        placeholder={t("list.search")}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setPage(1);
        }}
      />
      <Loaded query={query}>
        {(list) =>
          list.items.length ? (
            <>
              <Entries entries={list.items} />
              <Pager list={list} onPage={setPage} />
            </>
          ) : (
            <EmptyState title={t("audit.none")}>{t("audit.noneHint")}</EmptyState>
          )
        }
      </Loaded>
    </PageFrame>
  );
}

function Entries({ entries }: { entries: readonly Entry[] }) {
  const { t, code } = useLanguage();
  return (
    <Scroll label={t("nav.audit")}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("audit.when")}</Table.Th>
            <Table.Th>{t("audit.actor")}</Table.Th>
            <Table.Th>{t("audit.action")}</Table.Th>
            <Table.Th>{t("audit.subject")}</Table.Th>
            <Table.Th>{t("audit.result")}</Table.Th>
            <Table.Th>{t("audit.address")}</Table.Th>
            <Table.Th>{t("audit.detail")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td>{dateTime(entry.created, code)}</Table.Td>
              <Table.Td>{who(entry.actor)}</Table.Td>
              <Table.Td>
                <code>{entry.action}</code>
              </Table.Td>
              <Table.Td>{entry.subject}</Table.Td>
              <Table.Td>
                <StateBadge state={entry.result} />
              </Table.Td>
              <Table.Td>{entry.address}</Table.Td>
              <Table.Td>{entry.detail}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scroll>
  );
}
