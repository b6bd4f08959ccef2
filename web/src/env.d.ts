/// <reference types="vite/client" />

declare module "virtual:locales" {
  export const loaders: Record<string, () => Promise<{ default: import("./i18n/texts").Texts }>>;
}
declare module "virtual:locale/*" {
  const texts: import("./i18n/texts").Texts;
  export default texts;
}
declare module "@fontsource-variable/inter/wght.css";
