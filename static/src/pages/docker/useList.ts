import { useQuery, useQueryClient } from "@tanstack/react-query";
import { address, api } from "@/api/client";
import type { Page } from "@/api/list";
import { useStream } from "@/live/useStream";

const MOST = 1000;

/** A list of Docker's things; a change of a container asks it anew. */
export function useDocker<T>(kind: string) {
  const cache = useQueryClient();
  useStream(address("docker/events"), {
    onEvent: () => {
      void cache.invalidateQueries({ queryKey: ["docker", kind] });
      return undefined;
    },
  });
  return useQuery({
    queryKey: ["docker", kind],
    queryFn: ({ signal }) => api.get<Page<T>>(`docker/${kind}`, { perPage: MOST }, signal),
  });
}
