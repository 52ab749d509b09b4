import { readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

const LIMIT_BYTES = 250_000;

/** Everything that is loaded before a page's own chunks: the entry with all that it imports, and its styles. */
function firstLoad(): string[] {
  const manifest = JSON.parse(readFileSync("dist/manifest.json", "utf-8")) as Record<string, Chunk>;
  const seen = new Set<string>();
  const files: string[] = ["index.html"];
  const visit = (key: string) => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key)) return;
    seen.add(key);
    files.push(chunk.file, ...(chunk.css ?? []));
    chunk.imports?.forEach(visit);
  };
  visit("index.html");
  return files;
}

test("the first load is small", () => {
  const bytes = firstLoad().reduce((sum, file) => sum + statSync(`dist/${file}.gz`).size, 0);
  console.log(`First load: ${bytes} bytes, packed`);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(LIMIT_BYTES);
});
