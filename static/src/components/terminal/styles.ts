/**
 * xterm.js writes its colours and sizes into <style> elements, which the policy refuses. While a terminal is opened,
 * what it makes in their place hands the same text to a style sheet object, which the policy allows.
 */
export function withSheets<T>(open: () => T): { result: T; drop: () => void } {
  const sheets: CSSStyleSheet[] = [];
  const original: (name: string, options?: object) => HTMLElement = Reflect.get(document, "createElement");
  const create = original.bind(document);
  const patched = (name: string, options?: object) =>
    name.toLowerCase() === "style" ? substitute(create("div"), sheets) : create(name, options);
  Reflect.set(document, "createElement", patched);
  try {
    return {
      result: open(),
      drop: () => {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => !sheets.includes(each));
      },
    };
  } finally {
    // The own property goes, so that the prototype's counts again.
    Reflect.deleteProperty(document, "createElement");
  }
}

function substitute(made: HTMLElement, sheets: CSSStyleSheet[]): HTMLElement {
  const sheet = new CSSStyleSheet();
  sheets.push(sheet);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  made.hidden = true;
  Object.defineProperty(made, "textContent", { set: (css: string) => sheet.replaceSync(css) });
  Object.defineProperty(made, "sheet", { get: () => sheet });
  return made;
}
