import { expect, test } from "vitest";
import { levelOf } from "./level";

test.each([
  ["2026-01-02 03:04:05 ERROR could not connect", "error"],
  ["[error] 7#7: *1 open() failed", "error"],
  ['{"level":"warn","msg":"no error here"}', "warning"],
  ["time=2026 level=error msg=x", "error"],
  ["2026/01/02 [notice] 1#1: start worker", "info"],
  ["FATAL:  password authentication failed", "error"],
  ["WARNING: no password", "warning"],
  ["LOG:  database system is ready", "info"],
  ['172.17.0.1 - - "GET /error HTTP/1.1" 200', null],
  ["it errored and forewarned", null],
  ["", null],
])("%s", (text, level) => {
  expect(levelOf(text)).toBe(level);
});

test("what goes on has the level of what it goes on from", () => {
  expect(levelOf("    at main (x.js:1)", "error")).toBe("error");
  expect(levelOf("Caused by: no", "error")).toBe("error");
  expect(levelOf("next line", "error")).toBeNull();
});
