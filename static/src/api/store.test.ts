import { expect, test } from "vitest";
import { AuthStore } from "./store";

const ada = { id: "a1", collectionId: "c", collectionName: "_superusers" };

test("an answer that was cut off signs nobody out", () => {
  const store = new AuthStore();
  store.save("token", ada);
  store.save("", ada);
  store.save("other", {} as typeof ada);
  store.save(undefined as unknown as string, {} as typeof ada);
  expect([store.token, store.record?.id]).toEqual(["token", "a1"]);
  expect(Math.abs(store.since - Date.now() / 1000)).toBeLessThan(60);
  store.clear();
  expect([store.token, store.record]).toEqual(["", null]);
});
