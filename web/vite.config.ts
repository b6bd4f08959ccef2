import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vite";

const LOCALES = resolve(import.meta.dirname, "../src/modella/locales");
/** Only said by pages that are fetched when they are needed; in English, which is always there, apart from the rest. */
const LATE = { "": ["apps", "links"], web: ["apps", "settings"] };
const ONLY_FOR_THE_COMMAND_LINE = ["cli", "demo", "page", "requests", "settings"];

type Groups = Record<string, unknown>;

/** Takes the late groups out of all texts; gives them, as they stood. */
function withoutLate(all: Groups): Groups {
  const late: Groups = { web: {} };
  for (const [above, names] of Object.entries(LATE))
    for (const name of names) {
      const [from, to] = above ? [all[above] as Groups, late[above] as Groups] : [all, late];
      to[name] = from[name];
      delete from[name];
    }
  return late;
}

/** The sentences of Modella, the same files that the command line reads, without what only that one says. */
function locales(): Plugin {
  const prefix = "virtual:locale/";
  const names = () =>
    readdirSync(LOCALES)
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length));
  return {
    name: "locales",
    resolveId: (id) => (id.startsWith(prefix) || id === "virtual:locales" ? `\0${id}` : undefined),
    load(id) {
      if (id === "\0virtual:locales") {
        const loaders = names()
          .filter((name) => name !== "en")
          .map((name) => `${JSON.stringify(name)}: () => import("${prefix}${name}")`);
        return `export const loaders = { ${loaders.join(", ")} };`;
      }
      if (!id.startsWith(`\0${prefix}`)) return undefined;
      const [name, isLate] = id.slice(prefix.length + 1).split("/");
      const file = join(LOCALES, `${name}.json`);
      this.addWatchFile(file);
      const all = JSON.parse(readFileSync(file, "utf8"));
      for (const group of ONLY_FOR_THE_COMMAND_LINE) delete all[group];
      const late = name === "en" ? withoutLate(all) : {};
      const told = isLate ? late : all;
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(told))});`;
    },
  };
}

/** Writes .gz and .br beside what is built, from the files on the disk: earlier they still hold the bundler's marks. */
function precompress(): Plugin {
  return {
    name: "precompress",
    apply: "build",
    enforce: "post",
    writeBundle: {
      order: "post",
      sequential: true,
      handler({ dir }) {
        for (const entry of readdirSync(dir ?? ".", { recursive: true, withFileTypes: true })) {
          if (!entry.isFile() || !/\.(js|css|svg|json|webmanifest)$/.test(entry.name)) continue;
          const path = join(entry.parentPath, entry.name);
          const bytes = readFileSync(path);
          if (bytes.length < 1024) continue;
          writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
          writeFileSync(`${path}.br`, brotliCompressSync(bytes));
        }
      },
    },
  };
}

const SERVER = process.env.MODELLA_DEV_SERVER ?? "http://127.0.0.1:8190";

export default defineConfig({
  base: "./",
  resolve: { alias: { "@": resolve(import.meta.dirname, "src") } },
  plugins: [
    {
      ...optimizeLocales.vite({ locales: ["en-US", "fr-FR", "es-ES", "de-DE", "ru-RU", "zh-CN", "ja-JP"] }),
      enforce: "pre" as const,
    },
    locales(),
    react(),
    precompress(),
  ],
  build: { manifest: true, assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: "es2022" },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(
      ["/api", "/ws", "/healthz"].map((path) => [path, { target: SERVER, ws: true, changeOrigin: true }]),
    ),
  },
  test: {
    environment: "jsdom",
    setupFiles: ["tests/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.ts"],
  },
} as Parameters<typeof defineConfig>[0]);
