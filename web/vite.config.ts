import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import optimizeLocales from "@react-aria/optimize-locales-plugin";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vite";

const LOCALES = resolve(import.meta.dirname, "../src/modella/locales");
const ONLY_FOR_THE_COMMAND_LINE = ["cli", "demo", "page", "requests", "settings"];

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
      const file = join(LOCALES, `${id.slice(prefix.length + 1)}.json`);
      this.addWatchFile(file);
      const told = JSON.parse(readFileSync(file, "utf8"));
      for (const name of ONLY_FOR_THE_COMMAND_LINE) delete told[name];
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
