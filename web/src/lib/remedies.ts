/** What a person can do about an error, by its code: the buttons beside the sentence. */

export type Remedy = "keys" | "page" | "room" | "hours" | "rules";

const REMEDIES: Record<string, readonly Remedy[]> = {
  "login-needed": ["keys", "page"],
  "key-rejected": ["keys"],
  forbidden: ["page", "keys"],
  gated: ["page", "keys"],
  "gated-pending": ["page"],
  "early-access": ["page"],
  paid: ["page", "keys"],
  "missing-or-private": ["page", "keys"],
  "downloads-disabled": ["page"],
  "generation-only": ["page"],
  archived: ["page"],
  "taken-down": ["page"],
  "no-files": ["page"],
  "not-found": ["page"],
  gone: ["page"],
  "hash-mismatch": ["page"],
  "size-mismatch": ["page"],
  "html-page": ["page"],
  "error-page": ["page"],
  "challenge-page": ["page"],
  "lfs-pointer": ["page"],
  "download-limit": ["page"],
  "region-blocked": ["page"],
  "rate-limited": ["keys"],
  "no-space": ["room"],
  quota: ["room"],
  "no-inodes": ["room"],
  "file-too-large": ["room"],
  "outside-hours": ["hours"],
  "name-too-long": ["rules"],
};

export const remediesFor = (code: string): readonly Remedy[] => REMEDIES[code] ?? [];
