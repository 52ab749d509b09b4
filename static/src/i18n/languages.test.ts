import { describe, expect, test } from "vitest";
import { fill } from ".";
import en from "./languages/en.json";

const others = import.meta.glob<Record<string, string>>("./languages/*.json", {
  eager: true,
  import: "default",
});
const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

describe.each(Object.entries(others))("%s", (_path, words) => {
  test("has the keys of English, and no others", () => {
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
  });

  test("has words for every key, with the values of English", () => {
    for (const [key, text] of Object.entries(en)) {
      expect(words[key], key).toBeTruthy();
      expect(places(words[key] ?? ""), key).toEqual(places(text));
    }
  });
});

test("values are put in once, and one that is missing stays to be seen", () => {
  expect(fill("{name} of {total}", { name: "{total}" })).toBe("{total} of {total}");
});
