import { expect, test } from "vitest";
import { EventParser } from "./sse";

test("events come out whole, wherever the stream was cut", () => {
  const text = ': ping\n\nid:7\nevent:line\ndata:{"a":1}\n\ndata: two\ndata: lines\n\n';
  const whole = new EventParser().push(text);
  expect(whole).toEqual([
    { event: "line", data: '{"a":1}', id: "7" },
    { event: "message", data: "two\nlines", id: "7" },
  ]);
  for (let cut = 0; cut <= text.length; cut += 1) {
    const parser = new EventParser();
    expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(whole);
  }
});

test("lines may end in CR LF, also where the stream is cut between the two", () => {
  const parser = new EventParser();
  expect([...parser.push("data:x\r"), ...parser.push("\n\r"), ...parser.push("\n")]).toEqual([
    { event: "message", data: "x", id: "" },
  ]);
});

test("what has no data is no event", () => {
  expect(new EventParser().push("event:line\n\n:\n\n")).toEqual([]);
});
