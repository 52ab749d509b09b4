import { Route, Routes } from "react-router";
import AppPage from "./app";
import { AppsPage } from "./List";
import { NewAppPage } from "./New";

/** All apps, a new one, and each app by its name. */
export default function AppsPages() {
  return (
    <Routes>
      <Route index element={<AppsPage />} />
      <Route path="new" element={<NewAppPage />} />
      <Route path=":name/*" element={<AppPage />} />
    </Routes>
  );
}
