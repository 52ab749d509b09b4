/** Return the shadow root of an element, a new one the first time; it is open, so that tests and axe see into it. */
export function shadowOf(host: HTMLElement): ShadowRoot {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.replaceChildren();
  return root;
}
