/** Dates, sizes and lengths of time, as the language writes them. */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Write bytes with three digits: `1.23 MiB`. */
export function bytes(count: number, language: string): string {
  const exponent = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), UNITS.length - 1);
  const number = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(
    count / 1024 ** exponent,
  );
  return `${number} ${UNITS[exponent] ?? "B"}`;
}

/** Read one of PocketBase's dates, `2026-11-25 07:00:30.000Z`; "" is none. */
export function parseDate(text: string): Date | null {
  const date = new Date(text.replace(" ", "T"));
  return Number.isNaN(date.getTime()) ? null : date;
}

/** Write a date with the time, in the time zone of the browser, and in one line wherever it stands. */
export function dateTime(text: string, language: string): string {
  const date = parseDate(text);
  if (!date) return "";
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
  return format.format(date).replace(/\s/g, "\u00a0");
}

/** Write who did something, as AppOS tells it, `_superusers:ada@example.com`: the address alone. */
export const who = (actor: string) => actor.replace(/^(?:_superusers|users):/, "");

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Write how long ago something was: `3 minutes ago`. */
export function ago(text: string, language: string, now = Date.now()): string {
  const date = parseDate(text);
  if (!date) return "";
  const seconds = Math.round((date.getTime() - now) / 1000);
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** Write a length of time: `1 h 4 min`, `12 s`. */
export function duration(seconds: number, language: string): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), "day"],
    [Math.floor(seconds / 3600) % 24, "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [Math.floor(seconds) % 60, "second"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  const shown = parts.slice(first < 0 ? 3 : first).slice(0, 2);
  const write = ([count, unit]: [number, string]) =>
    new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(count);
  return shown
    .filter(([count], place) => count > 0 || place === 0)
    .map(write)
    .join(" ");
}
