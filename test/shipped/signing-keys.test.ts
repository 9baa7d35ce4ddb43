import { afterAll, beforeAll, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { rotateSigningKey } from "@/lib/identity/commands/rotate-key";
import { withdrawSigningKey } from "@/lib/identity/commands/withdraw-key";
import { act, newInstallationAdmin, type Provisioned, prisma, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";
import { type Latchkey, startLatchkey } from "./process";

/** Two shipped processes on one database; the admin acts in this third one, and nobody else tells them. */
let installation: Installation;
let second: Latchkey;
let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  installation = await startInstallation();
  second = await startLatchkey({ env: installation.env });
  await second.ready();
  admin = await newInstallationAdmin();
  machine = await provisioned(admin);
});
afterAll(async () => {
  await second?.remove();
  await installation?.stop();
});

const processes = () => [installation.latchkey, second];

async function buyToken({ url }: Latchkey): Promise<string> {
  const response = await fetch(`${url}/identity/connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: machine.clientId,
      client_secret: machine.clientSecret,
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const statusAt = async ({ url }: Latchkey, token: string) =>
  (await fetch(`${url}/api/orchestrator/me`, { headers: { authorization: `Bearer ${token}` } })).status;

async function kidsAt({ url }: Latchkey): Promise<string[]> {
  const body = (await (await fetch(`${url}/api/identity/jwks`)).json()) as { keys: { kid: string }[] };
  return body.keys.map(({ kid }) => kid).sort();
}

const statuses = (tokens: readonly string[]) =>
  Promise.all(processes().flatMap((process) => tokens.map((token) => statusAt(process, token))));

test("a rotation is published by every process; tokens of each are good at the other", async () => {
  const { kid } = await act(admin, (ctx) => rotateSigningKey(ctx), {});
  for (const process of processes()) {
    await expect.poll(() => kidsAt(process)).toContain(kid);
  }
  expect(await statuses(await Promise.all(processes().map(buyToken)))).toEqual([200, 200, 200, 200]);
});

test("a withdrawn key is refused by every process at the next request, and another signs", async () => {
  const tokens = await Promise.all(processes().map(buyToken));
  expect(await statuses(tokens)).toEqual([200, 200, 200, 200]);
  const { kid } = await prisma().signingKey.findFirstOrThrow({ orderBy: { createdAt: "asc" } });
  const { newActiveKid } = await act(admin, withdrawSigningKey, { kid, confirmedActive: true });
  expect(await statuses(tokens)).toEqual([401, 401, 401, 401]);
  for (const process of processes()) {
    const kids = await kidsAt(process);
    expect(kids).toContain(newActiveKid);
    expect(kids).not.toContain(kid);
  }
  expect(await statuses(await Promise.all(processes().map(buyToken)))).toEqual([200, 200, 200, 200]);
});

test("what both have issued is counted together", async () => {
  const { kid } = await prisma().signingKey.findFirstOrThrow({ where: { withdrawnAt: null } });
  const counted = async () =>
    (await prisma().tokenIssue.aggregate({ where: { kid }, _sum: { count: true } }))._sum.count ?? 0;
  await expect.poll(counted).toBeGreaterThanOrEqual(2);
  const before = await counted();
  await Promise.all(processes().map(buyToken));
  await expect.poll(counted).toBe(before + 2);
});
