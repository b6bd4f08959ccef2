/** The look of the page. `public/theme.js` does the same before the first paint. */

import { stored } from "./stored";

export const THEMES = ["dark", "light", "contrast", "system"] as const;
export type Theme = (typeof THEMES)[number];

export const theme = stored<string>("modella.theme", "dark");

function meant(): string {
  if (theme.get() !== "system") return theme.get();
  if (matchMedia("(prefers-contrast: more)").matches) return "contrast";
  return matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark";
}

/** Shows the theme that was chosen, and follows the system where that was chosen. */
export function followTheme(): void {
  const apply = () => {
    document.documentElement.dataset.theme = meant();
    const background = getComputedStyle(document.documentElement).getPropertyValue("--bg").trim();
    document.querySelector('meta[name="theme-color"]')?.setAttribute("content", background);
  };
  theme.subscribe(apply);
  for (const query of ["(prefers-contrast: more)", "(prefers-color-scheme: light)"])
    matchMedia(query).addEventListener("change", apply);
  apply();
}
