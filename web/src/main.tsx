import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { routeOf } from "./app/routes";
import { detect, setLanguage } from "./i18n";
import { BASE } from "./lib/place";
import { rememberHousehold } from "./lib/preferences";
import { followTheme } from "./lib/theme";

rememberHousehold();
followTheme();
const root = document.getElementById("root");
const path = location.pathname.slice(BASE.length) || "/";
// The code of the page comes beside the language, so that the first thing shown is the page itself.
Promise.all([setLanguage(detect()), routeOf(path)?.page.preload()]).finally(() => {
  if (root) createRoot(root).render(<App />);
});
