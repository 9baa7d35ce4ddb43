import { spawnSync } from "node:child_process";
import { chownSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { canReach } from "@/server/database/postgres-user";
import { type Latchkey, newDataDir, startLatchkey } from "./process";

const root = join(import.meta.dirname, "../..");
const nobody = { uid: 65_534, gid: 65_534 };
/** Somebody who may read the repository and not write it, where the tests' user can become one. */
const stranger = process.getuid?.() === 0 && canReach(nobody, root) ? nobody : undefined;
const dataDir = newDataDir();

let latchkey: Latchkey;
beforeAll(async () => {
  if (stranger) chownSync(dataDir, stranger.uid, stranger.gid);
  latchkey = await startLatchkey({ dataDir, ...(stranger && { user: stranger }) });
  await latchkey.ready();
});
afterAll(() => latchkey.remove());

function run(...args: string[]) {
  return spawnSync(process.execPath, ["tools/run.mjs", ...args], {
    ...stranger,
    cwd: root,
    encoding: "utf8",
    env: { NODE_ENV: "production", PATH: process.env.PATH, DATA_DIR: dataDir },
  });
}

test.each([["admin", "list"], ["audit-verify"], ["app-secret", "status"]])(
  "the command %s works for a user who cannot write the repository",
  (...args) => {
    expect(run(...args)).toMatchObject({ status: 0 });
  },
);
