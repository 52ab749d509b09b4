import { Button, Group, Table, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Job } from "@/api/types";
import { bytes } from "@/components/format";
import { Scroll } from "@/components/PageFrame";
import { ErrorState, Loaded } from "@/components/States";
import { complain, tellJob } from "@/components/toast";
import { useSending } from "@/components/useSending";
import { useLanguage, useT } from "@/i18n";
import { Prune } from "./Prune";
import { useDocker } from "./useList";

interface Image {
  id: string;
  tags: string[];
  sizeBytes: number;
}

/** The images that the engine has; one is pulled by its reference. */
export default function Images() {
  const t = useT();
  const { code } = useLanguage();
  const cache = useQueryClient();
  const sending = useSending();
  const [reference, setReference] = useState("");
  const query = useDocker<Image>("images");
  const pull = () =>
    sending.run(async () => {
      tellJob(await api.post<Job>("docker/images/pull", { reference }));
      setReference("");
    });
  const remove = async (name: string) => {
    await api.delete("docker/images", { reference: name });
    await cache.invalidateQueries({ queryKey: ["docker", "images"] });
  };
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void pull();
        }}
      >
        <Group align="end" mb="md">
          <TextInput
            label={t("docker.reference")}
            placeholder="nginx:1"
            required
            value={reference}
            onChange={(event) => setReference(event.currentTarget.value)}
          />
          <Button type="submit" loading={sending.isBusy}>
            {t("docker.pull")}
          </Button>
        </Group>
        {sending.error !== null && <ErrorState error={sending.error} />}
      </form>
      <Prune kind="images" hasAll />
      <Loaded query={query}>
        {({ items }) => (
          <Scroll label={t("docker.images")}>
            <Table>
              <Table.Tbody>
                {items.map((image) => (
                  <Table.Tr key={image.id}>
                    <Table.Td>
                      {image.tags.map((tag) => (
                        <Group key={tag} gap="xs" mb="xs">
                          <span>{tag}</span>
                          <Button
                            size="compact-xs"
                            variant="default"
                            aria-label={t("docker.removeOf", { name: tag })}
                            onClick={() => void remove(tag).catch(complain)}
                          >
                            {t("apps.remove")}
                          </Button>
                        </Group>
                      ))}
                    </Table.Td>
                    <Table.Td>
                      <code>{image.id.slice(7, 19)}</code>
                    </Table.Td>
                    <Table.Td>{bytes(image.sizeBytes, code)}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scroll>
        )}
      </Loaded>
    </>
  );
}
