import { Route, Routes } from "react-router";
import { AdoptPage } from "./Adopt";
import AppPage from "./app";
import { AppsPage } from "./List";
import { NewAppPage } from "./new";

/** All apps, a new one, and each app by its name. */
export default function AppsPages() {
  return (
    <Routes>
      <Route index element={<AppsPage />} />
      <Route path="new" element={<NewAppPage />} />
      <Route path="new/adopt" element={<AdoptPage />} />
      <Route path=":name/*" element={<AppPage />} />
    </Routes>
  );
}
