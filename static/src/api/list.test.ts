import { expect, test } from "vitest";
import { address } from "./client";
import { literal } from "./list";

test("a text cannot leave its quotes in a filter", () => {
  expect(literal('a" || id != "\\')).toBe('"a\\" || id != \\"\\\\"');
});

test("what is empty or undefined is not asked for", () => {
  expect(address("jobs", { page: 2, filter: "", sort: undefined })).toBe("/api/appos/jobs?page=2");
  expect(address("apps/wiki")).toBe("/api/appos/apps/wiki");
});
