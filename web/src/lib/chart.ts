/** A colour for each kind, the same on every chart. */

const ORDER = [
  ...["lora", "checkpoint", "diffusion_model", "text_encoder", "vae", "controlnet", "embedding", "upscaler"],
];

/** The number of a kind's colour, from 1 to 8; kinds that are rare share the last ones. */
export function colourOf(kind: string): number {
  const at = ORDER.indexOf(kind);
  return at >= 0 ? at + 1 : ([...kind].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 4) + 5;
}

/** The colours of kinds that are shown together: each keeps its own, and rare ones take what is still free. */
export function coloursOf(kinds: readonly string[]): Map<string, number> {
  const own = kinds.filter((each) => ORDER.includes(each));
  const taken = new Set(own.map(colourOf));
  const colours = new Map(own.map((each) => [each, colourOf(each)]));
  for (const kind of kinds.filter((each) => !ORDER.includes(each))) {
    const free = ORDER.map((_, at) => at + 1).find((each) => !taken.has(each)) ?? colourOf(kind);
    taken.add(free);
    colours.set(kind, free);
  }
  return colours;
}
