import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders of `app/` whose route handlers are served without Next.js's router. */
const mountedFolders = [
  "api/identity",
  "api/orchestrator",
  "api/admin",
  "api/health",
  "api/openapi.json",
  "identity",
  ".well-known",
];

/**
 * Finds the mounted route handlers.
 *
 * @param {string} root the repository
 * @returns {{ path: string, file: string }[]} their addresses, as Next.js derives them from folders, and their files
 */
export function findRoutes(root) {
  const app = join(root, "app");
  return mountedFolders.flatMap((folder) =>
    routeFiles(join(app, folder)).map((segments) => ({
      path: `/${[...folder.split("/"), ...segments].filter((segment) => !/^\(.*\)$/.test(segment)).join("/")}`,
      file: join(app, folder, ...segments, "route.ts"),
    })),
  );
}

/**
 * The module `latchkey:routes` for the bundler.
 *
 * @param {string} root the repository
 * @param {boolean} mounted false in development, where Next.js serves everything so that it can reload it
 * @returns {import("esbuild").Plugin}
 */
export function routesPlugin(root, mounted) {
  return {
    name: "latchkey-routes",
    setup(build) {
      build.onResolve({ filter: /^latchkey:routes$/ }, ({ path }) => ({ path, namespace: "latchkey" }));
      build.onLoad({ filter: /.*/, namespace: "latchkey" }, () => {
        const routes = mounted ? findRoutes(root) : [];
        const imports = routes.map(
          ({ file }, index) => `import * as route${index} from ${JSON.stringify(file)};`,
        );
        const entries = routes.map(
          ({ path }, index) => `{ path: ${JSON.stringify(path)}, module: route${index} },`,
        );
        return {
          contents: [...imports, "export const routes = [", ...entries, "];"].join("\n"),
          resolveDir: root,
          loader: "js",
        };
      });
    },
  };
}

function routeFiles(folder) {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
  return entries.flatMap((entry) => {
    if (entry.name === "route.ts") return [[]];
    if (!entry.isDirectory() || entry.name.startsWith("_")) return [];
    return routeFiles(join(folder, entry.name)).map((segments) => [entry.name, ...segments]);
  });
}
