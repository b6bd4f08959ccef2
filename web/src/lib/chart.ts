/** A colour for each kind, the same on every chart. */

const ORDER = [
  ...["lora", "checkpoint", "diffusion_model", "text_encoder", "vae", "controlnet", "embedding", "upscaler"],
];

/** The number of a kind's colour, from 1 to 8; kinds that are rare share the last ones. */
export function colourOf(kind: string): number {
  const at = ORDER.indexOf(kind);
  return at >= 0 ? at + 1 : ([...kind].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 4) + 5;
}
