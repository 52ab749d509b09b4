import { QueryClient } from "@tanstack/react-query";
import { asApiError } from "@/api/error";

const MOST_RETRIES = 30;

/** One cache for the whole dashboard. What only passes is tried again, what was refused is not. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // A browser that takes itself for offline may well reach the machine that it runs on, or that stands beside it.
      networkMode: "always",
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (count, thrown) => asApiError(thrown).isPassing && count < MOST_RETRIES,
      retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5000),
    },
    mutations: { networkMode: "always", retry: false },
  },
});
