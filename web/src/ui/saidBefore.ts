/** What takes a change of several models back: what was said of each before, models of one word together. */

type Word = boolean | null;

export function saidBefore(
  before: Record<string, Record<string, Word>>,
): { ids: string[]; link: Record<string, Word> }[] {
  const found: { ids: string[]; link: Record<string, Word> }[] = [];
  for (const [app, models] of Object.entries(before))
    for (const word of [true, false, null]) {
      const ids = Object.keys(models).filter((id) => models[id] === word);
      if (ids.length) found.push({ ids, link: { [app]: word } });
    }
  return found;
}
