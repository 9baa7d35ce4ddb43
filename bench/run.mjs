// Usage: node bench/run.mjs <name>, e.g. lane. Builds what has changed first.
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildIfChanged } from "../tools/build.mjs";
import { bundle } from "../tools/bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const name = process.argv[2] ?? "";
process.env.NODE_ENV = "production";
await buildIfChanged(root, console.log);
await bundle(root, `bench/${name}.ts`, `dist/bench/${name}.mjs`);
await import(pathToFileURL(`${root}/dist/bench/${name}.mjs`).href);
