import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const root = join(import.meta.dirname, "../..");

export type Import = {
  /** As it is written. */
  readonly specifier: string;
  /** The file it means, from the repository's root; null for a package. */
  readonly target: string | null;
  /** Types leave nothing behind at run time. */
  readonly isTypeOnly: boolean;
};

export type Source = { readonly path: string; readonly text: string; readonly imports: readonly Import[] };

const STATEMENT = /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"/g;

const paths = new Set<string>();

function collect(folder: string): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name).slice(root.length + 1);
    if (entry.isFile() && /\.tsx?$/.test(path) && !/\.test\.tsx?$|\.d\.ts$|^lib\/generated\//.test(path))
      paths.add(path);
  }
}

for (const folder of ["app", "cli", "components", "lib", "server"]) collect(folder);
paths.add("server.ts");

function targetOf(specifier: string, from: string): string | null {
  const isRelative = specifier.startsWith(".");
  if (!isRelative && !specifier.startsWith("@/")) return null;
  const base = isRelative ? normalize(join(dirname(from), specifier)) : specifier.slice(2);
  return [`${base}.ts`, `${base}.tsx`, base].find((path) => paths.has(path)) ?? base;
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), "utf8");
  const found = [
    ...[...text.matchAll(STATEMENT)].map(([, type, specifier = ""]) => ({
      specifier,
      isTypeOnly: type !== undefined,
    })),
    ...[...text.matchAll(DYNAMIC)].map(([, specifier = ""]) => ({ specifier, isTypeOnly: false })),
  ];
  const imports = found.map((one) => ({ ...one, target: targetOf(one.specifier, path) }));
  return { path, text, imports };
}

/** Every hand-written source file of the product, tests aside. */
export const SOURCES: readonly Source[] = [...paths].sort().map(read);

const byPath = new Map(SOURCES.map((source) => [source.path, source]));

/** All files that are loaded when `path` is, itself included; with types, also those it only names types of. */
export function loadedBy(path: string, withTypes = false): Source[] {
  const loaded = new Map<string, Source>();
  const visit = (at: string) => {
    const source = byPath.get(at);
    if (!source || loaded.has(at)) return;
    loaded.set(at, source);
    for (const { target, isTypeOnly } of source.imports)
      if (target && (withTypes || !isTypeOnly)) visit(target);
  };
  visit(path);
  return [...loaded.values()];
}

/** Where a file belongs: `app`, `components`, `server`, `cellar`, `http` or a part of it, `workflows`, …, or the name of a room. */
export function placeOf(path: string): string {
  const [top = "", second = "", third] = path.split("/");
  if (top === "server.ts") return "server";
  if (top !== "lib") return top;
  if (second === "http" && path.split("/").length > 3) return `http/${third}`;
  // What Prisma generates is the database's vocabulary, and lies with the handle that speaks it.
  return third === undefined || second === "generated" ? "cellar" : second;
}

/** The last part of a file's name without its ending: a room's word, or the name of a cellar file. */
export const wordOf = (path: string) =>
  path
    // A deed that has a file of its own is still one of the room's commands.
    .replace(/\/(commands|queries)\/[^/]+$/, "/$1")
    .split("/")
    .at(-1)
    ?.replace(/\.tsx?$/, "") ?? "";
