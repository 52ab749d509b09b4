/*
 * Runs before the dashboard: where a file of it does not arrive, as when the network has just changed, the page is
 * loaded anew, a few times a minute at most. The dashboard says when it runs, and does the same for what it loads later.
 */
(() => {
  const KEPT = "appos_loads";
  const MOST = 5;
  const PAUSE_MS = 400;
  const FORGOTTEN_MS = 60_000;
  let isLeaving = false;

  const again = () => {
    if (isLeaving) return true;
    const [count, at] = (sessionStorage.getItem(KEPT) ?? "0 0").split(" ").map(Number);
    const tries = Date.now() - at < FORGOTTEN_MS ? count + 1 : 1;
    if (tries > MOST) return false;
    isLeaving = true;
    sessionStorage.setItem(KEPT, `${tries} ${Date.now()}`);
    setTimeout(() => window.location.reload(), PAUSE_MS * tries);
    return true;
  };
  const look = ({ target }) => {
    if (!(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
    if (!again()) document.body.append("AppOS could not be loaded. Is the network there?");
  };

  window.addEventListener("error", look, true);
  window.apposLoading = {
    /** Load the page anew; false where that was tried often enough. */
    again,
    /** The dashboard runs. */
    started: () => window.removeEventListener("error", look, true),
  };
})();
