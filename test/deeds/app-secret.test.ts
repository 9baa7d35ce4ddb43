import { createHmac } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { addAsset, setAsset } from "@/lib/assets/commands";
import { ENCRYPTED_ASSETS } from "@/lib/assets/encrypted-assets";
import { addAssetSchema } from "@/lib/assets/schema";
import { chainAll } from "@/lib/background/audit-chainer";
import { AUTHENTIC_CREDENTIALS } from "@/lib/credentials/authentic-rows";
import { flushUses } from "@/lib/credentials/last-use";
import { secretIdOf } from "@/lib/credentials/material";
import type { PersonActor, UserActor } from "@/lib/ctx";
import type { EncryptedColumn, EncryptedRow } from "@/lib/encrypted-column";
import { checkSecret } from "@/lib/identity/credential-lookup";
import { decrypt, derivedKey, encrypt, keyName, previousKey } from "@/lib/keys";
import { appSecretStatus, reencryptEverything, secretsLeft } from "@/lib/operator/app-secret";
import { rotateCredentialSchema } from "@/lib/rotations/schema";
import {
  beginSecondFactor,
  confirmSecondFactor,
  replaceRecoveryCodes,
} from "@/lib/users/commands/second-factor";
import { ENCRYPTED_SECOND_FACTORS } from "@/lib/users/encrypted-second-factors";
import { addWebhook, rotateWebhookSecret } from "@/lib/webhooks/commands/manage-webhooks";
import { ENCRYPTED_COLUMNS } from "@/lib/workflows/change-app-secret";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { appOf } from "@/test/authenticator";
import { rewriteCredential } from "@/test/credential-rows";
import { askToken, buyToken, send } from "@/test/robot";
import {
  act,
  actAs,
  CALLER_ADDRESS,
  logLines,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  signedIn,
  sql,
  unique,
} from "@/test/world";

/** An installation in the second stage of a change: the new secret writes, the one before is read until an end. */
const { END } = vi.hoisted(() => {
  const end = "2051-01-31T18:00:00.000Z";
  process.env.APP_SECRET_PREVIOUS = "the secret before that of the test world";
  process.env.APP_SECRET_PREVIOUS_UNTIL = end;
  return { END: new Date(end) };
});

let admin: UserActor;
let machine: Provisioned;
let previousPepper: Buffer;
beforeAll(async () => {
  admin = await newTenantAdmin();
  previousPepper = requirePrevious("client-secret pepper");
});
beforeEach(async () => {
  await flushUses();
  machine = await provisioned(admin);
});

function requirePrevious(purpose: Parameters<typeof previousKey>[0]): Buffer {
  const key = previousKey(purpose);
  if (!key) throw new Error("APP_SECRET_PREVIOUS is not given");
  return key;
}

const current = () => keyName(derivedKey("client-secret pepper"));
const stored = () =>
  prisma().credential.findUniqueOrThrow({
    where: { id: machine.secretId },
    select: { digest: true, pepperId: true },
  });

/** As a process that still had the secret before would have stored it. */
async function storeUnderPrevious({ secretId, clientSecret }: Provisioned, pepperId?: string) {
  const digest = Uint8Array.from(createHmac("sha256", previousPepper).update(clientSecret).digest());
  await rewriteCredential(secretId, { digest, pepperId: pepperId ?? keyName(previousPepper) });
}

const check = (now: Date, clientSecret = machine.clientSecret) =>
  checkSecret(
    { db: sql(), actor: { kind: "anonymous", address: CALLER_ADDRESS }, now },
    { clientId: machine.clientId, clientSecret, secretId: secretIdOf(clientSecret) },
  );

describe("a client secret stored under the previous APP_SECRET", () => {
  beforeEach(() => storeUnderPrevious(machine));

  test("buys tokens, is stored under the present one with the next flush and never before an answer", async () => {
    const before = await stored();
    await buyToken(machine);
    expect(await stored()).toEqual(before);
    await flushUses();
    const renewed = await stored();
    expect(renewed.pepperId).toBe(current());
    expect(renewed.digest).not.toEqual(before.digest);
    await buyToken(machine);
    await flushUses();
    expect(await stored()).toEqual(renewed);
  });

  test("is not renewed by a wrong one", async () => {
    const wrong = { ...machine, clientSecret: (await provisioned(admin)).clientSecret };
    expect((await askToken(wrong)).status).toBe(401);
    await flushUses();
    expect((await stored()).pepperId).toBe(keyName(previousPepper));
  });

  test("is left alone when somebody else has written it since", async () => {
    await buyToken(machine);
    await storeUnderPrevious(machine, "ffffffff");
    await flushUses();
    expect((await stored()).pepperId).toBe("ffffffff");
  });

  test("is refused from the end on, and the log says why", async () => {
    expect(await check(new Date(END.getTime() - 1))).toMatchObject({ ok: true });
    const refused = await check(END);
    expect(refused).toMatchObject({
      ok: false,
      word: "secret_outdated",
      reason: expect.stringContaining("an APP_SECRET that is not accepted"),
    });
    expect(JSON.stringify(refused)).not.toContain(machine.clientSecret);
  });

  test("is listed with its machine until it is used or deleted", async () => {
    const other = await provisioned(admin);
    await storeUnderPrevious(other);
    const left = async () =>
      (await secretsLeft(200)).filter(({ secretId }) =>
        [machine.secretId, other.secretId].includes(secretId),
      );
    const line = { machineName: machine.machineName, secretId: machine.secretId, isAccepted: true };
    expect(await left()).toEqual([
      expect.objectContaining(line),
      expect.objectContaining({ lastUsedAt: null }),
    ]);
    const { secrets } = await appSecretStatus();
    await buyToken(machine);
    await flushUses();
    await act(admin, deleteCredential, { ...other, credentialId: other.secretId, confirmedLast: true });
    expect(await left()).toEqual([]);
    const after = (await appSecretStatus()).secrets;
    expect(after.previous).toBe(secrets.previous - 2);
  });
});

test("one stored under the present APP_SECRET outlives the end of the previous one", async () => {
  expect(await check(END)).toMatchObject({ ok: true });
});

test("one stored under a third secret is refused, counted and listed as such", async () => {
  await storeUnderPrevious(machine, "ffffffff");
  expect((await askToken(machine)).status).toBe(401);
  expect(logLines.join("")).toContain("an APP_SECRET that is not accepted");
  expect((await appSecretStatus()).secrets.refused).toBeGreaterThan(0);
  const left = (await secretsLeft(200)).find(({ secretId }) => secretId === machine.secretId);
  expect(left).toMatchObject({ isAccepted: false });
});

async function rowsOf(place: EncryptedColumn): Promise<EncryptedRow[]> {
  const rows: EncryptedRow[] = [];
  for (;;) {
    const next = await place.rowsAfter(prisma(), rows.at(-1)?.id ?? null, 7);
    if (next.length === 0) return rows;
    rows.push(...next);
  }
}

/** Everything of a place, as it was before the change began; under `key` instead when one is given. */
async function encryptUnderPrevious(place: EncryptedColumn, key = requirePrevious(place.purpose)) {
  for (const row of await rowsOf(place)) {
    if (place === AUTHENTIC_CREDENTIALS) {
      const mac = Uint8Array.from(createHmac("sha256", key).update(row.boundTo).digest());
      await prisma().credential.update({ where: { id: row.id }, data: { mac, macKeyId: keyName(key) } });
      continue;
    }
    const plain = decrypt(derivedKey(place.purpose), row.encrypted, row.boundTo);
    expect(await place.replace(prisma(), row, Uint8Array.from(encrypt(key, plain, row.boundTo)))).toBe(true);
  }
}

const addText = (name: string, value: string) =>
  act(admin, addAsset, addAssetSchema.parse({ name, type: "Text", value }));

const countsNow = async () => (await appSecretStatus()).places.map(({ counts }) => counts);
const run = async () => {
  const reports: [number, string][] = [];
  await reencryptEverything((count, holds) => reports.push([count, holds]));
  return reports.map(([count]) => count);
};

describe("what is encrypted under the previous APP_SECRET", () => {
  const ASSETS = 230;
  let name: string;
  let person: PersonActor;
  let recoveryCodes: readonly string[];
  beforeAll(async () => {
    person = await signedIn(admin);
    const { uri } = await actAs(person, (ctx, _nothing: object) => beginSecondFactor(ctx), {});
    ({ recoveryCodes } = await actAs(person, confirmSecondFactor, { code: appOf(uri)(new Date()) }));
    const own = await provisioned(admin);
    for (let index = 0; index < ASSETS; index += 1) {
      name = unique("asset");
      const { assetId } = await addText(name, `common ${index}`);
      if (index % 2 === 0)
        await act(admin, setAsset, {
          assetId,
          machineId: own.machineId,
          username: "",
          value: `own ${index}`,
        });
    }
    const { machineId, secretId: credentialId } = own;
    const asked = { machineId, credentialId, retirement: "moved", handsOver: true } as const;
    await act(admin, rotateCredential, rotateCredentialSchema.parse(asked));
    const alerts = { url: "https://alerts.example.com/", kinds: ["chain.broken" as const] };
    await act(admin, rotateWebhookSecret, await act(admin, addWebhook, alerts));
    // The first event that is sealed into a chain leaves the key that it was sealed with.
    await chainAll({ waits: true });
  });
  const values = ASSETS / 2;
  const RECORD_KEYS = 1;

  test("is read, is encrypted anew in as many steps as it takes, and is recorded without a value or a key", async () => {
    for (const place of ENCRYPTED_COLUMNS) await encryptUnderPrevious(place);
    const [signing, assets, own, factors, successors, recordKeys, credentials, ...webhooks] =
      await countsNow();
    expect(signing).toMatchObject({ current: 0, neither: 0 });
    expect(factors).toEqual({ current: 0, previous: 1, neither: 0 });
    expect(successors).toEqual({ current: 0, previous: 1, neither: 0 });
    expect(recordKeys).toEqual({ current: 0, previous: RECORD_KEYS, neither: 0 });
    expect(credentials).toMatchObject({ current: 0, neither: 0 });
    expect(webhooks).toEqual([successors, successors]);
    expect([assets, own]).toEqual([
      { current: 0, previous: ASSETS, neither: 0 },
      { current: 0, previous: values, neither: 0 },
    ]);
    const read = async () =>
      (await (await send("GET", `assets/${name}`, await buyToken(machine))).json()) as object;
    const before = await read();
    expect(before).toMatchObject({ value: `common ${ASSETS - 1}` });

    const anew = [signing?.previous, ASSETS, values, 1, 1, RECORD_KEYS, credentials?.previous, 1, 1];
    expect(await run()).toEqual(anew);
    expect(await countsNow()).toEqual([
      { current: signing?.previous, previous: 0, neither: 0 },
      { current: ASSETS, previous: 0, neither: 0 },
      { current: values, previous: 0, neither: 0 },
      { current: 1, previous: 0, neither: 0 },
      { current: 1, previous: 0, neither: 0 },
      { current: RECORD_KEYS, previous: 0, neither: 0 },
      { current: credentials?.previous, previous: 0, neither: 0 },
      { current: 1, previous: 0, neither: 0 },
      { current: 1, previous: 0, neither: 0 },
    ]);
    expect(await read()).toEqual(before);
    expect(await run()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);

    const events = await prisma().auditEvent.findMany({ where: { type: "app_secret.resealed" } });
    const sum = (what: string) =>
      events
        .map(({ details }) => details as { what: string; count: number })
        .filter((details) => details.what === what)
        .reduce((total, { count }) => total + count, 0);
    expect(ENCRYPTED_COLUMNS.map(({ holds }) => sum(holds))).toEqual(anew);
    expect(events[0]).toMatchObject({ tenantId: null, actorKind: "system" });
    const [from, to] = [requirePrevious("second-factor sealing"), derivedKey("second-factor sealing")];
    expect(events.map(({ details }) => details)).toContainEqual(
      expect.objectContaining({
        what: ENCRYPTED_SECOND_FACTORS.holds,
        fromKey: keyName(from),
        toKey: keyName(to),
      }),
    );
    expect(JSON.stringify(events)).not.toMatch(/common \d|own \d/);
  });

  test("app and recovery codes of a second factor work before the change and after it", async () => {
    const [first = "", ...others] = recoveryCodes;
    await encryptUnderPrevious(ENCRYPTED_SECOND_FACTORS);
    const next = await actAs(person, replaceRecoveryCodes, { code: first });
    await expect(actAs(person, replaceRecoveryCodes, { code: others[0] ?? "" })).rejects.toMatchObject({
      code: "invalid",
    });
    await run();
    await actAs(person, replaceRecoveryCodes, { code: next.recoveryCodes[0] ?? "" });
  });

  test("two commands at once, and an admin who changes a value meanwhile: nothing is lost", async () => {
    await encryptUnderPrevious(ENCRYPTED_ASSETS);
    const { id } = await prisma().asset.findFirstOrThrow({ where: { name } });
    const change = act(admin, setAsset, { assetId: id, username: "", value: "changed meanwhile" });
    const [one, other] = await Promise.all([run(), run(), change]);
    expect((one[1] ?? 0) + (other[1] ?? 0)).toBeGreaterThanOrEqual(ASSETS - 1);
    expect((await countsNow())[1]).toEqual({ current: ASSETS, previous: 0, neither: 0 });
    const response = await send("GET", `assets/${name}`, await buyToken(machine));
    expect(await response.json()).toMatchObject({ value: "changed meanwhile" });
  });

  test("a value that was written since it was read is not overwritten", async () => {
    const [row] = await rowsOf(ENCRYPTED_ASSETS);
    if (!row) throw new Error("no asset");
    const older = { ...row, encrypted: Uint8Array.from(row.encrypted, (byte) => byte ^ 1) };
    expect(await ENCRYPTED_ASSETS.replace(prisma(), older, Uint8Array.from([1]))).toBe(false);
  });

  test("what opens under neither is counted and left as it is", async () => {
    const { assetId } = await addText(unique("asset"), "of a third secret");
    const where = { id: assetId };
    const lost = Uint8Array.from(encrypt(Buffer.alloc(32, 7), Buffer.from("{}"), "elsewhere"));
    await prisma().asset.update({ where, data: { encryptedValue: lost } });
    expect((await countsNow())[1]).toEqual({ current: ASSETS, previous: 0, neither: 1 });
    expect((await run())[1]).toBe(0);
    expect(await prisma().asset.findUniqueOrThrow({ where })).toMatchObject({ encryptedValue: lost });
    await prisma().asset.delete({ where });
  });
});
