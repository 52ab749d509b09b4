import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { completeCompose } from "./compose";

/** What is offered at the end of a text. */
function offered(text: string): string[] {
  const state = EditorState.create({ doc: text });
  return (
    completeCompose(new CompletionContext(state, text.length, true))?.options.map(({ label }) => label) ?? []
  );
}

const SERVICE = "services:\n  web:\n    image: nginx:1\n";

test.each([
  ["the file", "se", "services", "image"],
  ["the file below a service", `${SERVICE}\nvol`, "volumes", "image"],
  ["a service", `${SERVICE}    hea`, "healthcheck", "services"],
  ["a service whose key holds a list", `${SERVICE}    ports:\n      - 80:80\n    vol`, "volumes", "target"],
  ["a health check", `${SERVICE}    healthcheck:\n      te`, "test", "image"],
  ["what a service waits for", `${SERVICE}    depends_on:\n      db:\n        con`, "condition", "image"],
  ["a long port", `${SERVICE}    ports:\n      - target: 80\n        pu`, "published", "image"],
  ["a new long port", `${SERVICE}    ports:\n      - ta`, "target", "image"],
  ["a network", "networks:\n  back:\n    int", "internal", "image"],
  ["a limit", `${SERVICE}    deploy:\n      resources:\n        limits:\n          me`, "memory", "image"],
])("the keys of %s", (_name, text, wanted, foreign) => {
  expect(offered(text)).toContain(wanted);
  expect(offered(text)).not.toContain(foreign);
});

test("the words that a key takes", () => {
  expect(offered(`${SERVICE}    restart: un`)).toContain("unless-stopped");
  expect(offered(`${SERVICE}    depends_on:\n      db:\n        condition: `)).toContain("service_healthy");
});

test("nothing where a name is one's own", () => {
  expect(offered("services:\n  we")).toEqual([]);
  expect(offered(`${SERVICE}    environment:\n      NAME`)).toEqual([]);
  expect(offered(`${SERVICE}    image: ng`)).toEqual([]);
});

test("nothing is offered to whoever only moves", () => {
  const state = EditorState.create({ doc: SERVICE });
  expect(completeCompose(new CompletionContext(state, SERVICE.length, false))).toBeNull();
});
