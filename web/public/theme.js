// Runs before the first paint, so that no page flashes in another theme. Kept in step with src/lib/theme.ts.
(() => {
  const root = document.documentElement;
  let chosen = "dark";
  try {
    const household = JSON.parse(localStorage.getItem("modella.household") || "{}");
    chosen = localStorage.getItem("modella.theme") || household.theme || chosen;
  } catch {
    // Storage may be forbidden; the default stays.
  }
  const asks = (query) => matchMedia(query).matches;
  if (chosen === "system")
    chosen = asks("(prefers-contrast: more)") ? "contrast" : asks("(prefers-color-scheme: light)") ? "light" : "dark";
  root.dataset.theme = chosen;
})();
