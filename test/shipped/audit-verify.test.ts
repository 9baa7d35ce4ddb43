import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Latchkey, startLatchkey } from "./process";

const root = join(import.meta.dirname, "../..");

let latchkey: Latchkey | undefined;
afterEach(() => latchkey?.remove());

/** `npm run audit:verify` with nothing but the server's data folder. */
const verify = (dataDir: string) =>
  new Promise<{ code: number | string | null; said: string }>((resolve) =>
    execFile(
      process.execPath,
      ["tools/run.mjs", "audit-verify"],
      { cwd: root, env: { NODE_ENV: "production", PATH: process.env.PATH, DATA_DIR: dataDir } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    ),
  );

test("the embedded database is verified while the server runs, and after a clean stop, which has sealed everything", async () => {
  const env = { ADMIN_EMAIL: "ada@example.com", ADMIN_PASSWORD: "correct horse battery" };
  latchkey = await startLatchkey({ env });
  await latchkey.ready();
  const running = await verify(latchkey.dataDir);
  expect(running).toMatchObject({ code: 0 });
  expect(running.said).toMatch(/^tenant default: \d+ events? sealed/m);
  latchkey.child.kill("SIGTERM");
  expect(await latchkey.ended).toBe(0);
  const stopped = await verify(latchkey.dataDir);
  expect(stopped).toMatchObject({ code: 0 });
  expect(stopped.said).toMatch(/^tenant default: 2 events sealed: intact$/m);
  expect(stopped.said).toMatch(/^the installation's own events: \d+ events? sealed: intact$/m);
});
