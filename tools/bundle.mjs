import { build } from "esbuild";

const REQUIRE =
  'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);';

/**
 * Bundles one TypeScript entry of this repository to an ES module for Node.js. Packages stay outside and are loaded from node_modules, unless
 * told otherwise.
 *
 * @param {string} root the repository
 * @param {string} entry path of the entry, relative to `root`
 * @param {string} outfile path of the module to write, relative to `root`
 * @param {import("esbuild").Plugin[]} [plugins]
 * @param {string[]} [inject] modules whose exports stand in for the globals of the same names
 * @param {"external" | "bundle"} [packages] where packages are found at run time
 * @returns {Promise<void>} rejects when a file does not compile
 */
export async function bundle(root, entry, outfile, plugins = [], inject = [], packages = "external") {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    packages,
    platform: "node",
    target: "node20",
    format: "esm",
    sourcemap: true,
    tsconfig: "tsconfig.json",
    alias: { "@": root },
    logLevel: "error",
    plugins,
    inject,
    // What a bundled CommonJS package requires of Node.js itself.
    ...(packages === "bundle" && { banner: { js: REQUIRE } }),
  });
}
