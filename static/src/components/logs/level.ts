/** How grave a line is, as far as its own words tell: as most loggers write it, in text, logfmt or JSON. */
export type Level = "error" | "warning" | "info";

const ERROR =
  /(?:^|[\s[|"=:<(])(?:err|error|fatal|crit|critical|panic|emerg|alert|severe)(?=$|[\s\]|":,;>)])/i;
const WARNING = /(?:^|[\s[|"=:<(])(?:warn|warning)(?=$|[\s\]|":,;>)])/i;
const INFO = /(?:^|[\s[|"=:<(])(?:info|notice|debug|trace|log)(?=$|[\s\]|":,;>)])/i;
const NAMED = /\b(?:level|lvl|severity)"?\s*[=:]\s*"?(\w+)/i;
/** What goes on from the line before, such as the frames of a stack. */
const GOES_ON = /^(?:\s+\S|Caused by:|\.\.\. \d+ more)/;
/** A level stands near the beginning: further on, the words are those of what is told. */
const HEAD_LETTERS = 80;

/** The level of a line; null where it says none. `before` is that of the line before it. */
export function levelOf(text: string, before: Level | null = null): Level | null {
  if (GOES_ON.test(text)) return before;
  const named = NAMED.exec(text)?.[1];
  const head = named ?? text.slice(0, HEAD_LETTERS);
  if (ERROR.test(head)) return "error";
  if (WARNING.test(head)) return "warning";
  return INFO.test(head) ? "info" : null;
}
