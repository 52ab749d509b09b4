import { type Dispatch, type SetStateAction, useEffect, useState } from "react";

/** A state that survives a reload of the page: in this tab alone, since it may hold secrets. */
export function useDraft<T>(name: string, initial: T): [T, Dispatch<SetStateAction<T>>, () => void] {
  const key = `appos_draft_${name}`;
  const [value, setValue] = useState<T>(() => read(key, initial));
  useEffect(() => {
    sessionStorage.setItem(key, JSON.stringify(value));
  }, [key, value]);
  const forget = () => {
    setValue(initial);
    sessionStorage.removeItem(key);
  };
  return [value, setValue, forget];
}

function read<T>(key: string, initial: T): T {
  try {
    const kept = sessionStorage.getItem(key);
    return kept === null ? initial : (JSON.parse(kept) as T);
  } catch {
    return initial;
  }
}
