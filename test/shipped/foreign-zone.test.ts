import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueSecret } from "@/lib/credentials/commands/issue-secret";
import { openDatabase } from "@/lib/database-connection";
import { addSeconds } from "@/lib/time";
import { act, newTenantAdmin, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";

const HOUR_SECONDS = 3600;
const root = join(import.meta.dirname, "../..");

let installation: Installation;
beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation.stop());

async function tokenStatus(clientId: string, secret: string): Promise<number> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: secret,
  });
  const url = `${installation.address}/api/identity/connect/token`;
  return (await fetch(url, { method: "POST", body })).status;
}

test("where the database is west of Greenwich, a live secret buys tokens at once and an expired one none", async () => {
  const client = await openDatabase(installation.env.DATABASE_URL ?? "");
  const { rows } = await client.query(
    "SELECT reset_val FROM pg_settings WHERE name IN ('TimeZone', 'DateStyle') ORDER BY name",
  );
  await client.end();
  expect(rows).toEqual([{ reset_val: "German, DMY" }, { reset_val: "America/St_Johns" }]);

  const admin = await newTenantAdmin();
  const { machineId, clientId, clientSecret } = await provisioned(admin);
  const issuedAt = addSeconds(new Date(), -2 * HOUR_SECONDS);
  const input = { machineId, expiresAt: addSeconds(issuedAt, HOUR_SECONDS) };
  const expired = await act(admin, issueSecret, input, issuedAt);
  expect(await tokenStatus(clientId, clientSecret)).toBe(200);
  expect(await tokenStatus(clientId, expired.clientSecret)).toBe(401);
});

test("its record is intact", async () => {
  const said = await new Promise<string>((resolve) => {
    const options = {
      cwd: root,
      env: { NODE_ENV: "production" as const, PATH: process.env.PATH, ...installation.env },
    };
    execFile(process.execPath, ["tools/run.mjs", "audit-verify"], options, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  expect(said).toMatch(/intact/);
  expect(said).not.toMatch(/BROKEN/);
});
