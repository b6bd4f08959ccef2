/** The language of the page: which one, its texts, and `useWords()` for everything that speaks. */

import english from "virtual:locale/en";
import { loaders } from "virtual:locales";
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from "react";
import { type Format, makeFormat } from "@/lib/format";
import { stored } from "@/lib/stored";
import { sayIn } from "./say";
import type { Facts, Key, Texts } from "./texts";

export type { Facts, Key } from "./texts";

const PRETEND = "en-XA";
/** The code that was chosen; empty where the browser decides. */
export const chosenLanguage = stored<string>("modella.language", "");

interface Language {
  code: string;
  texts: Texts;
}

let current: Language = { code: "en", texts: english };
const listeners = new Set<() => void>();

/** Brackets and a third more of every text, so that what was not translated, or does not fit, stands out. */
function pretend(texts: Texts): Texts {
  const longer = (text: string) => `⟦${text.replace(/[aeiou](?![^{]*\})/g, "$&$&")}⟧`;
  return Object.fromEntries(
    Object.entries(texts).map(([name, told]) => [name, typeof told === "string" ? longer(told) : pretend(told)]),
  );
}

/** The codes of all languages that have a file. */
export const languages = ["en", ...Object.keys(loaders)];

function known(wanted: string): string | undefined {
  if (wanted === PRETEND) return PRETEND;
  return languages.find((code) => code === wanted) ?? languages.find((code) => code === wanted.split("-")[0]);
}

/** The language to speak: the one that was chosen, else the first of the browser's that we have. */
export function detect(): string {
  return [chosenLanguage.get(), ...navigator.languages].map(known).find(Boolean) ?? "en";
}

let late: Promise<void> | undefined;

/** Fetches the English texts that only pages need which come when they are wanted; other languages come whole. */
export function lateWords(): Promise<void> {
  late ??= import("virtual:locale/en/late").then(({ default: { web, ...others } }) => {
    Object.assign(english, others);
    Object.assign(english.web as Texts, web);
  });
  return late;
}

/** A part together with the words that only such parts say. */
export async function withWords<Part>(part: Promise<Part>): Promise<Part> {
  await lateWords();
  return part;
}

/** Speaks a language from now on; unknown ones become English. An empty code goes back to the browser's. */
export async function setLanguage(code: string, remember = false): Promise<void> {
  if (remember) chosenLanguage.set(code);
  const name = known(code) ?? detect();
  const load = loaders[name];
  if (name === PRETEND) await lateWords();
  const texts = name === PRETEND ? pretend(english) : !load ? english : (await load()).default;
  current = { code: name, texts };
  document.documentElement.lang = name;
  document.documentElement.dir = typeof texts.direction === "string" ? texts.direction : "ltr";
  for (const tell of listeners) tell();
}

export interface Words {
  code: string;
  format: Format;
  /** A sentence of the web app. */
  t: (key: Key, facts?: Facts) => string;
  /** A text that is shared with the command line and put together from a code, or undefined where there is none. */
  maybe: (key: string, facts?: Facts) => string | undefined;
  /** What happened and what to do, for a code of the error family. */
  explain: (code: string, facts?: Facts) => { sentence: string; hint: string };
}

function makeWords({ code, texts }: Language): Words {
  const format = makeFormat(code === PRETEND ? "en" : code);
  const maybe = (key: string, facts?: Facts) => sayIn(texts, format, key, facts) ?? sayIn(english, format, key, facts);
  return {
    code,
    format,
    maybe,
    t: (key, facts) => maybe(key, facts) ?? key,
    explain: (name, facts) => ({
      sentence: maybe(`errors.${name}.sentence`, facts) ?? name,
      hint: maybe(`errors.${name}.hint`, facts) ?? "",
    }),
  };
}

const WordsContext = createContext<Words>(makeWords(current));

export function WordsProvider({ children }: { children: ReactNode }) {
  const language = useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => current,
  );
  const words = useMemo(() => makeWords(language), [language]);
  return <WordsContext.Provider value={words}>{children}</WordsContext.Provider>;
}

export const useWords = () => useContext(WordsContext);
