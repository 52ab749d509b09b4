import { useCallback, useEffect, useRef, useState } from "react";

/** So many lines are kept in the page; older ones are dropped. */
export const MOST_LINES = 100_000;

/** Append to a list and drop what is too much from its beginning. */
export function appended<T>(lines: readonly T[], added: readonly T[], most = MOST_LINES): readonly T[] {
  const all = lines.length ? [...lines, ...added] : added;
  return all.length > most ? all.slice(all.length - most) : all;
}

/** A list that takes lines one by one and shows them once a frame, however fast they come. */
export function useLines<T>() {
  const [lines, setLines] = useState<readonly T[]>([]);
  const waiting = useRef<T[]>([]);
  const frame = useRef(0);

  const add = useCallback((line: T) => {
    waiting.current.push(line);
    frame.current ||= requestAnimationFrame(() => {
      const added = waiting.current;
      waiting.current = [];
      frame.current = 0;
      setLines((shown) => appended(shown, added));
    });
  }, []);
  const clear = useCallback(() => {
    waiting.current = [];
    setLines([]);
  }, []);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return { lines, add, clear };
}
