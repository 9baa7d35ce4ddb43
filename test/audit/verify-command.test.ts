import { execFile } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { INSTALLATION_CHAIN } from "@/lib/audit/digest";
import { chainAll } from "@/lib/background/audit-chainer";
import { env } from "@/lib/env";
import { tamper } from "@/test/tamper";
import { databaseUrl, newTenantAdmin, prisma } from "@/test/world";

const root = join(import.meta.dirname, "../..");

type Outcome = { readonly code: number | string | null; readonly said: string };

/** A command of the repository, on this file's database. */
function run(command: string, args: readonly string[], more: Record<string, string> = {}): Promise<Outcome> {
  const given = { DATABASE_URL: databaseUrl, APP_SECRET: env().appSecret, ORIGIN: env().origin, ...more };
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      ["tools/run.mjs", command, ...args],
      { cwd: root, env: { PATH: process.env.PATH, NODE_ENV: "production", ...given } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    ),
  );
}

const verify = (args: readonly string[] = [], more: Record<string, string> = {}) =>
  run("audit-verify", args, more);

let slug: string;
beforeAll(async () => {
  const { tenantId } = await newTenantAdmin();
  ({ slug } = await prisma().tenant.findUniqueOrThrow({ where: { id: tenantId } }));
  await chainAll({ waits: true });
});

test("says of every chain that it is intact, where it ends, and whether it contains an earlier end", async () => {
  const first = await verify();
  expect(first).toMatchObject({ code: 0 });
  expect(first.said).toMatch(new RegExp(`^tenant ${slug}: 1 event sealed: intact$`, "m"));
  expect(first.said).toMatch(/^the installation's own events: \d+ events? sealed: intact$/m);
  const head = /tenant .*\n {2}head (\S+)/.exec(first.said)?.[1] ?? "";
  await newTenantAdmin();
  await chainAll({ waits: true });
  const second = await verify(["--head", head]);
  expect(second).toMatchObject({ code: 0, said: expect.stringContaining(`contains the head ${head}`) });
  const lost = await verify(["--head", "f".repeat(64)]);
  expect(lost).toMatchObject({ code: 1, said: expect.stringContaining("No chain contains the head ffff") });
});

test("names the place where a chain is broken, and ends with 1", async () => {
  const { eventId } = await prisma().auditLink.findFirstOrThrow({
    where: { sequence: 1, chain: { not: INSTALLATION_CHAIN } },
  });
  await tamper(["UPDATE audit_events SET actor_name = $2 WHERE id = $1", eventId, "eve\u001b[2J"]);
  const { code, said } = await verify();
  expect(code).toBe(1);
  expect(said).toMatch(/BROKEN in 1 place/);
  expect(said).toContain(`event changed: link 1, event ${eventId}`);
  expect(said, "what stands in the record does not drive the terminal").not.toContain("\u001b");
});

test("says what is missing, and ends with 2, where it cannot find out", async () => {
  expect(await verify(["--heads"])).toMatchObject({ code: 2 });
  expect(await verify(["--head", "x"])).toMatchObject({
    code: 2,
    said: expect.stringContaining("x is no head"),
  });
  const none = { DATABASE_URL: "", APP_SECRET: "", DATA_DIR: join(root, "nowhere") };
  expect(await verify([], none)).toMatchObject({
    code: 2,
    said: expect.stringContaining("There is no Latchkey"),
  });
});

test("a change of APP_SECRET leaves the record verifiable, by the new secret alone", async () => {
  const [old, next] = [env().appSecret, "fedcba9876543210 the secret after the change"];
  await newTenantAdmin();
  await chainAll({ waits: true });
  expect((await verify([], { APP_SECRET: next })).said).toContain("written under another key");
  const changed = await run("app-secret", ["change"], {
    APP_SECRET: next,
    APP_SECRET_PREVIOUS: old,
  });
  expect(changed).toMatchObject({
    code: 0,
    said: expect.stringContaining("keys of the audit record: 1 value"),
  });
  const { said } = await verify([], { APP_SECRET: next });
  expect(said).not.toContain("another key");
  expect(said).toMatch(
    /^the installation's own events: \d+ events? sealed, \d+ waiting for the sealer: intact$/m,
  );
});
