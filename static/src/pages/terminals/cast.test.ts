import { expect, test } from "vitest";
import { parseCast, withoutPauses } from "./cast";

const HEAD = '{"version":2,"width":101,"height":33,"timestamp":1}';
const TEXT = `${HEAD}\n[0.5,"o","grün "]\n[1,"r","80x24"]\n[61,"o","\\u001b[31mred"]\n[61.5,"i","x"]\n[62,"o","cut`;

test("a recording is read up to its last whole line", () => {
  const cast = parseCast(TEXT);
  expect([cast.columns, cast.rows, cast.seconds]).toEqual([101, 33, 61]);
  expect(cast.events.map(({ text }) => text)).toEqual(["grün ", "80x24", "\u001b[31mred"]);
});

test("long pauses are cut short", () => {
  const { events, seconds } = withoutPauses(parseCast(TEXT));
  expect(events.map(({ at }) => at)).toEqual([0.5, 1, 3]);
  expect(seconds).toBe(3);
});

test("what is none is refused", () => {
  expect(() => parseCast('{"version":1}')).toThrow("asciicast v1");
  expect(() => parseCast("hello")).toThrow();
});
