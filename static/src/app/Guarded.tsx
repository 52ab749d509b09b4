import { useQuery } from "@tanstack/react-query";
import { Navigate, useLocation } from "react-router";
import { api } from "@/api/client";
import { Loaded } from "@/components/States";
import { useSession } from "./hooks";
import { Shell } from "./Shell";

/** The shell for whoever is signed in; strangers are led to the sign-in, or to the claim of a new installation. */
export function Guarded() {
  const { account } = useSession();
  return account ? <Shell /> : <Entrance />;
}

function Entrance() {
  const { pathname, search } = useLocation();
  const query = useQuery({
    queryKey: ["setup"],
    queryFn: () => api.get<{ needsSetup: boolean }>("setup/status"),
  });
  return (
    <Loaded query={query}>
      {({ needsSetup }) => (
        <Navigate
          replace
          to={needsSetup ? "/setup" : `/login?next=${encodeURIComponent(pathname + search)}`}
        />
      )}
    </Loaded>
  );
}
