import { createBrowserRouter, type RouteObject } from "react-router";
import { Loading } from "@/components/States";
import { Broken } from "./Broken";
import { Guarded } from "./Guarded";

type Module = Promise<{ default: React.ComponentType }>;

/** A page that is loaded when it is first visited. */
const page = (path: string, load: () => Module): RouteObject => ({
  path,
  errorElement: <Broken />,
  hydrateFallbackElement: <Loading />,
  lazy: async () => ({ Component: (await load()).default }),
});

const INSIDE: RouteObject[] = [
  page("/", () => import("@/pages/home")),
  page("/apps/*", () => import("@/pages/apps")),
  page("/docker/*", () => import("@/pages/docker")),
  page("/jobs", () => import("@/pages/jobs")),
  page("/jobs/:id", () => import("@/pages/jobs/job")),
  page("/terminals", () => import("@/pages/terminals")),
  page("/services", () => import("@/pages/services")),
  page("/audit", () => import("@/pages/audit")),
  page("/users", () => import("@/pages/users")),
  page("/settings/*", () => import("@/pages/settings")),
  page("/reference", () => import("@/pages/api")),
  page("/account", () => import("@/pages/account")),
  page("*", () => import("@/pages/missing")),
];

export const router = createBrowserRouter([
  page("/setup", () => import("@/pages/claim")),
  page("/login", () => import("@/pages/signin")),
  page("/reset", () => import("@/pages/reset")),
  { element: <Guarded />, errorElement: <Broken />, hydrateFallbackElement: <Loading />, children: INSIDE },
]);
