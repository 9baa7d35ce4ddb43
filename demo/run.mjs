// Usage: npm run demo
// A Latchkey with machines, robots and jobs to look at. Everything is in a temporary place and gone when it stops.
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildIfChanged } from "../tools/build.mjs";
import { buildRobotIfChanged } from "../tools/build-robot.mjs";
import { bundle } from "../tools/bundle.mjs";
import "../tools/npm-gone.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.env.NODE_ENV = "production";
await buildIfChanged(root, console.log);
await buildRobotIfChanged(root);
await bundle(root, "demo/demo.ts", "dist/demo.mjs");
const { runDemo } = await import(pathToFileURL(`${root}/dist/demo.mjs`).href);
await runDemo(root);
