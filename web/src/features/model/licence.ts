import type { Words } from "@/i18n";

const TERMS: Record<string, [no: string, yes: string]> = {
  allow_no_credit: ["credit-needed", "no-credit-needed"],
  allow_derivatives: ["no-derivatives", "derivatives"],
  allow_different_license: ["same-terms", "other-terms"],
};

/** A licence in plain words; what the source does not say is not said. */
export function termsOf(licence: Record<string, unknown>, maybe: Words["maybe"]): string[] {
  const named = [licence.name, licence.id].find((each) => typeof each === "string" && each);
  const codes = Object.entries(TERMS).flatMap(([name, [no, yes]]) =>
    typeof licence[name] === "boolean" ? [licence[name] ? yes : no] : [],
  );
  const uses = licence.allow_commercial_use;
  if (Array.isArray(uses))
    codes.push(...(uses.length ? uses.map((use) => `sell-${String(use).toLowerCase()}`) : ["sell-nothing"]));
  return [...(named ? [String(named)] : []), ...codes.map((code) => maybe(`license.${code}`) ?? code)];
}
