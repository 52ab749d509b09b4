import { expect, test } from "vitest";
import { pieces, plain } from "./ansi";
import { appended } from "./useLines";

test("colours are kept, and end where they are ended", () => {
  expect(pieces("a\x1b[1;31mb\x1b[0mc")).toEqual([
    { text: "a", colour: null, isBold: false },
    { text: "b", colour: 1, isBold: true },
    { text: "c", colour: null, isBold: false },
  ]);
});

test.each([
  ["\x1b]0;title\x07text", "text"],
  ["\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "link"],
  ["\x1b[2J\x1b[1;1Hhome", "home"],
  ["a\x00b\x08c\rd", "abcd"],
  ["cut off\x1b[3", "cut off"],
  ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ["\x1b[38;2;1;2;3mtrue\x1b[48;5;200m colour", "true colour"],
])("%j is shown as %j", (line, shown) => {
  expect(plain(line)).toBe(shown);
});

test("the oldest lines go once there are too many", () => {
  expect(appended([1, 2, 3], [4, 5], 4)).toEqual([2, 3, 4, 5]);
});
