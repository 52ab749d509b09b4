/** The licences of all that the build contains, as a text that the dashboard links. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//g;

/** Emit `licences.txt` with the licence of each bundled package. */
export function notices(): Plugin {
  const names = new Set<string>();
  return {
    name: "notices",
    apply: "build",
    moduleParsed(info) {
      const name = [...info.id.matchAll(PACKAGE)].at(-1)?.[1];
      if (name) names.add(name);
    },
    generateBundle() {
      const texts = [...names].sort().map(text);
      this.emitFile({ type: "asset", fileName: "licences.txt", source: texts.join("\n\n") });
    },
  };
}

function text(name: string): string {
  const folder = join("node_modules", name);
  const facts = JSON.parse(readFileSync(join(folder, "package.json"), "utf-8")) as {
    version: string;
    license?: string;
  };
  const file = readdirSync(folder).find((each) => /^licen[cs]e(\.|$)/i.test(each));
  const path = file ? join(folder, file) : "";
  const licence = path && existsSync(path) ? readFileSync(path, "utf-8") : (facts.license ?? "");
  return `${name} ${facts.version}\n${"=".repeat(name.length)}\n\n${licence.trim()}\n`;
}
