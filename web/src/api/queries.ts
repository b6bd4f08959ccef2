import { QueryClient } from "@tanstack/react-query";
import { Refused } from "./client";

/** What was asked once stays until an event says that it changed; old data is shown while it is asked again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      retry: (count, problem) =>
        !(problem instanceof Refused && problem.status > 0 && problem.status < 500) && count < 2,
    },
    mutations: { retry: false },
  },
});
