// Usage: node tools/bundle-server.mjs production|development
import { dirname } from "node:path";
import { bundle } from "./bundle.mjs";
import { routesPlugin } from "./routes.mjs";

const root = dirname(import.meta.dirname);
const mode = process.argv[2] === "development" ? "development" : "production";
await bundle(
  root,
  "server.ts",
  `dist/${mode}/server.mjs`,
  [routesPlugin(root, mode === "production")],
  ["server/http/light-response.ts"],
);
