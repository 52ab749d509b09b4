import { Group, Pagination } from "@mantine/core";
import type { Page } from "@/api/list";
import { useT } from "@/i18n";

/** Leads through the pages of a list; nothing where there is one. */
export function Pager<T>({ list, onPage }: { list: Page<T>; onPage: (page: number) => void }) {
  const t = useT();
  return (
    <Group justify="space-between">
      <span>{t("list.total", { count: list.totalItems })}</span>
      {list.totalPages > 1 && (
        <Pagination
          total={list.totalPages}
          value={list.page}
          onChange={onPage}
          getControlProps={(control) => ({ "aria-label": t(`list.${control}`) })}
          getItemProps={(page) => ({ "aria-label": t("list.page", { page }) })}
        />
      )}
    </Group>
  );
}
