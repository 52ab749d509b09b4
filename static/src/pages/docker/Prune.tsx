import { Button, Checkbox, List } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Confirm } from "@/components/Confirm";
import { bytes } from "@/components/format";
import { Loaded } from "@/components/States";
import { tell } from "@/components/toast";
import { useLanguage, useT } from "@/i18n";

interface Pruned {
  items: { id: string; name: string; sizeBytes: number }[];
  keeps: string[];
  reclaimedBytes: number;
}

/** Removes what nothing needs, once it was shown what that is. `hasAll`: there is more to take than the unnamed. */
export function Prune({ kind, hasAll = false }: { kind: string; hasAll?: boolean }) {
  const t = useT();
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <Button variant="default" mb="md" onClick={() => setAsked(true)}>
        {t("docker.prune")}
      </Button>
      {isAsked && <Preview kind={kind} hasAll={hasAll} onClose={() => setAsked(false)} />}
    </>
  );
}

function Preview({ kind, hasAll, onClose }: { kind: string; hasAll: boolean; onClose: () => void }) {
  const t = useT();
  const { code } = useLanguage();
  const cache = useQueryClient();
  const [all, setAll] = useState(false);
  const query = useQuery({
    queryKey: ["prune", kind, all],
    queryFn: () => api.post<Pruned>(`docker/${kind}/prune`, undefined, { preview: true, all }),
    gcTime: 0,
  });
  const prune = async () => {
    const done = await api.post<Pruned>(`docker/${kind}/prune`, undefined, { all });
    tell(t("docker.pruned", { count: done.items.length, size: bytes(done.reclaimedBytes, code) }));
    await cache.invalidateQueries({ queryKey: ["docker"] });
  };
  return (
    <Confirm title={t("docker.pruneTitle")} action={t("docker.prune")} onConfirm={prune} onClose={onClose}>
      {hasAll && (
        <Checkbox
          mb="md"
          label={t("docker.pruneAll")}
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
        />
      )}
      <Loaded query={query}>
        {({ items, keeps, reclaimedBytes }) => (
          <>
            <p>
              {items.length
                ? t("docker.pruneGoes", { size: bytes(reclaimedBytes, code) })
                : t("docker.pruneNone")}
            </p>
            <List size="sm">
              {items.map((item) => (
                <List.Item key={item.name}>{item.name}</List.Item>
              ))}
            </List>
            {keeps.length > 0 && <p>{t("docker.pruneKeeps", { names: keeps.join(", ") })}</p>}
          </>
        )}
      </Loaded>
    </Confirm>
  );
}
