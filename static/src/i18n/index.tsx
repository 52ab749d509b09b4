/** Words. Every language is one file in languages/; en.json says which keys there are. */
import { createContext, use, useEffect, useMemo, useState, type ReactNode } from "react";
import en from "./languages/en.json";

export type Key = keyof typeof en;
export type Values = Record<string, string | number>;
type Words = Record<Key, string>;

const KEPT = "appos_language";
const loaders = import.meta.glob<{ default: Words }>("./languages/*.json");

/** The codes of all languages, such as `en` and `zh`. */
export const LANGUAGES = Object.keys(loaders).map((path) => /(\w[\w-]*)\.json$/.exec(path)?.[1] ?? "en");
/** Return the name of a language in that language. */
export const languageName = (code: string) =>
  new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;

export interface Language {
  code: string;
  choose: (code: string) => void;
  t: (key: Key, values?: Values) => string;
}

const Context = createContext<Language | null>(null);

/** Put values in the place of `{name}`. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

function preferred(): string {
  const wanted = [localStorage.getItem(KEPT) ?? "", ...navigator.languages];
  const known = wanted.map((tag) => LANGUAGES.find((code) => tag === code || tag.startsWith(`${code}-`)));
  return known.find((code) => code !== undefined) ?? "en";
}

/** Load the words of the language one has chosen, or of the browser; English until they are there. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [code, setCode] = useState(preferred);
  const [loaded, setLoaded] = useState<{ code: string; words: Words }>({ code: "en", words: en });

  useEffect(() => {
    document.documentElement.lang = code;
    if (code === "en") return undefined;
    let isOver = false;
    void loaders[`./languages/${code}.json`]?.().then((module) => {
      if (!isOver) setLoaded({ code, words: module.default });
    });
    return () => {
      isOver = true;
    };
  }, [code]);

  const language = useMemo<Language>(() => {
    const words = loaded.code === code ? loaded.words : en;
    return {
      code,
      choose(next) {
        localStorage.setItem(KEPT, next);
        setCode(next);
      },
      t: (key, values) => fill(words[key], values),
    };
  }, [code, loaded]);
  // Nothing is shown in English first to whoever reads another language.
  if (code !== "en" && loaded.code !== code) return null;
  return <Context value={language}>{children}</Context>;
}

/** Return the language that is chosen, and `t`. */
export function useLanguage(): Language {
  const language = use(Context);
  if (!language) throw new Error("useLanguage is called outside of LanguageProvider");
  return language;
}

/** Return `t`, which gives the words of a key. */
export const useT = () => useLanguage().t;
