/** A blurhash as a tiny picture, made without canvas so that it costs next to nothing; remembered by its hash. */

import { decode, isBlurhashValid } from "blurhash";

const SIDE = 12;
const MOST = 2000;
const known = new Map<string, string>();

/** A bitmap file of 32-bit pixels; rows from the bottom up, as the format wants. */
function bitmap(pixels: Uint8ClampedArray, width: number, height: number): Uint8Array {
  const head = 54;
  const file = new Uint8Array(head + width * height * 4);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x424d);
  view.setUint32(2, file.length, true);
  view.setUint32(10, head, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 32, true);
  for (let at = 0; at < width * height * 4; at += 4) {
    file[head + at] = pixels[at + 2] ?? 0;
    file[head + at + 1] = pixels[at + 1] ?? 0;
    file[head + at + 2] = pixels[at] ?? 0;
    file[head + at + 3] = 255;
  }
  return file;
}

/** The address of a small picture for a blurhash; undefined when it is none. */
export function blurred(hash: string | null | undefined): string | undefined {
  if (!hash) return undefined;
  const found = known.get(hash);
  if (found) return found;
  if (!isBlurhashValid(hash).result) return undefined;
  const bytes = bitmap(decode(hash, SIDE, SIDE), SIDE, SIDE);
  const address = `data:image/bmp;base64,${btoa(String.fromCharCode(...bytes))}`;
  if (known.size >= MOST) known.delete(known.keys().next().value ?? "");
  known.set(hash, address);
  return address;
}
