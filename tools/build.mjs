import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { BuildError, oneBuildAtATime } from "./build-lock.mjs";
import { bundleIfChanged } from "./bundles.mjs";
import { sourceStamp } from "./stamp.mjs";

export { BuildError };

const prismaClient = ["generating the Prisma client", "node_modules/prisma/build/index.js", "generate"];
const pages = [
  "building the pages (a minute or two, only when something has changed)",
  "node_modules/next/dist/bin/next",
  "build",
];
const production = ["bundling the server", "tools/bundle-server.mjs", "production"];
const development = ["bundling the server", "tools/bundle-server.mjs", "development"];
const results = [
  "dist/production/server.mjs",
  "dist/robot.mjs",
  "dist/latchkey.mjs",
  "dist/commands/admin.mjs",
  ".next/BUILD_ID",
  "lib/generated/prisma/client.ts",
];

/**
 * Builds what `npm start` runs, unless that was done since the last change.
 *
 * @param {string} root the repository
 * @param {(line: string) => void} say receives a line a step
 * @throws {BuildError}
 */
export async function buildIfChanged(root, say) {
  const stampFile = join(root, "dist/production/stamp");
  const isBuilt = (stamp) =>
    results.every((file) => existsSync(join(root, file))) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, "utf8") === stamp;
  // Nothing of the server hangs on it.
  if (isBuilt(sourceStamp(root))) return bundleIfChanged(root, "latchkey");
  refuseUnreadablePath(root);
  await oneBuildAtATime(
    join(root, "dist"),
    "build-lock",
    () => say("waiting for another build in this folder"),
    async () => {
      const stamp = sourceStamp(root);
      if (isBuilt(stamp)) return;
      rmSync(stampFile, { force: true });
      for (const step of [prismaClient, pages, production])
        await run(root, step, "production", say, forAll(stamp));
      await bundleIfChanged(root, "robot");
      await bundleIfChanged(root, "latchkey");
      await bundleIfChanged(root, "commands");
      writeFileSync(stampFile, stamp);
    },
  );
}

/**
 * Prepares what `npm run dev` runs: the Prisma client and the server; Next.js compiles the pages as they are asked for.
 *
 * @param {string} root the repository
 * @param {(line: string) => void} say receives a line a step
 * @throws {BuildError}
 */
export async function prepareDevelopment(root, say) {
  refuseUnreadablePath(root);
  for (const step of [prismaClient, development]) await run(root, step, "development", say);
}

/** What resolves the style sheets takes these for the end of a path, as in an address. */
function refuseUnreadablePath(root) {
  if (!/[#?]/.test(root)) return;
  throw new BuildError(
    `Latchkey cannot be built in ${root}, because the tools that build the pages do not read a path with # or ?. Move it to a folder without; DATA_DIR may be anywhere.`,
  );
}

/** Without a handler a signal would end this process without its "exit", or as the first process of a container not at all. */
const signals = ["SIGTERM", "SIGINT", "SIGHUP"];
const leave = (_name, number) => process.exit(128 + number);

/**
 * Next.js derives the names of actions from this key, and builds of the same sources must name them alike. It is no secret: the server puts one in
 * its place before it encrypts anything.
 */
const forAll = (stamp) => ({
  NEXT_SERVER_ACTIONS_ENCRYPTION_KEY: Buffer.from(stamp, "hex").toString("base64"),
});

function run(root, [line, ...args], mode, say, env = {}) {
  say(line);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: {
        ...process.env,
        NODE_ENV: mode,
        NEXT_TELEMETRY_DISABLED: "1",
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = () => child.kill();
    process.once("exit", stop);
    for (const signal of signals) process.on(signal, leave);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("exit", stop);
      for (const signal of signals) process.off(signal, leave);
      if (code === 0) resolve();
      else
        reject(
          new BuildError(
            `${said.trim()}\n\nThe build stopped while ${line.replace(/ \(.*/, "")} (${signal ?? `code ${code}`}).`,
          ),
        );
    });
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const say = (line) => console.log(line);
  await buildIfChanged(dirname(import.meta.dirname), say).catch((error) => {
    console.error(error instanceof BuildError ? error.message : error);
    process.exitCode = 1;
  });
}
