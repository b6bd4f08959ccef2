import type english from "../../../src/modella/locales/en.json";

/** A text, its plural forms, or a group of texts. */
export interface Texts {
  [name: string]: string | Texts;
}

type English = typeof english;

/** Every dotted key of a group of texts; one with plural forms counts as one text. */
type KeysOf<Group, Path extends string = ""> = {
  [Name in keyof Group & string]: Group[Name] extends string
    ? `${Path}${Name}`
    : Group[Name] extends { other: string }
      ? `${Path}${Name}`
      : KeysOf<Group[Name], `${Path}${Name}.`>;
}[keyof Group & string];

/** The keys of the web app's own sentences: a misspelt one does not compile. */
export type Key = `web.${KeysOf<English["web"]>}`;

export type Facts = Record<string, unknown>;
