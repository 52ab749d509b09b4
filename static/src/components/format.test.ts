import { expect, test } from "vitest";
import { ago, bytes, duration, parseDate } from "./format";

test.each([
  [0, "0 B"],
  [1023, "1,020 B"],
  [1024, "1 KiB"],
  [1_300_000, "1.24 MiB"],
])("%d bytes are %s", (count, text) => {
  expect(bytes(count, "en")).toBe(text);
});

test.each([
  [0, "0 sec"],
  [61, "1 min 1 sec"],
  [3600, "1 hr"],
  [90_061, "1 day 1 hr"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds, "en")).toBe(text);
});

test("PocketBase's dates are read, and none is none", () => {
  expect(parseDate("2026-11-25 07:00:30.000Z")?.toISOString()).toBe("2026-11-25T07:00:30.000Z");
  expect(parseDate("")).toBeNull();
  expect(ago("2026-11-25 07:00:00.000Z", "en", Date.UTC(2026, 10, 25, 7, 3))).toBe("3 minutes ago");
});
