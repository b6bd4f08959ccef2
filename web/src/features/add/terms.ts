/** The terms of a listing as keys of texts that are shared with the command line. */

const PERMISSIONS: Record<string, readonly [string, string]> = {
  allow_no_credit: ["credit-needed", "no-credit-needed"],
  allow_derivatives: ["no-derivatives", "derivatives"],
  allow_different_license: ["same-terms", "other-terms"],
};

/** Names of terms below `license.`, and a licence's own name where it has one. */
export function termsOf(license: Record<string, unknown> | undefined): { name?: string; terms: string[] } {
  const told = license ?? {};
  const terms = Object.entries(PERMISSIONS).flatMap(([field, [no, yes]]) =>
    typeof told[field] === "boolean" ? [told[field] ? yes : no] : [],
  );
  const uses = told.allow_commercial_use;
  if (Array.isArray(uses)) {
    const kept = uses.filter((each): each is string => typeof each === "string" && each !== "None");
    terms.push(...(kept.length ? kept.map((each) => `sell-${each.toLowerCase()}`) : ["sell-nothing"]));
  }
  const name = [told.name, told.id].find((each) => typeof each === "string");
  return { ...(typeof name === "string" ? { name } : {}), terms };
}
