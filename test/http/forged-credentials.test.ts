import { exportJWK, generateKeyPair } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { authenticated } from "@/lib/credentials/authentic";
import { noteExpired } from "@/lib/credentials/commands/note-expired";
import { flushUses } from "@/lib/credentials/last-use";
import { makeSecret, secretIdOf } from "@/lib/credentials/material";
import type { UserActor } from "@/lib/ctx";
import { checkSecret } from "@/lib/identity/credential-lookup";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { addSeconds } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableCredential } from "@/lib/workflows/disable-credential";
import { rewriteCredential, storedCredential } from "@/test/credential-rows";
import { ASSERTION_TYPE, addedKey, assertion, type RobotKey } from "@/test/keys";
import { buyToken, type Client, postForm, send } from "@/test/robot";
import {
  act,
  CALLER_ADDRESS,
  inTransaction,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  prisma,
  provisioned,
  sql,
  systemCtx,
} from "@/test/world";

/** Somebody writes the table of credentials without knowing APP_SECRET. */
let admin: UserActor;
let machine: Provisioned;
let other: Provisioned;
beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  other = await provisioned(admin);
});

const write = (statement: string, ...values: unknown[]) => prisma().$executeRawUnsafe(statement, ...values);
const check = ({ clientId, clientSecret }: Client) =>
  checkSecret(
    { db: sql(), actor: { kind: "anonymous", address: CALLER_ADDRESS }, now: new Date() },
    { clientId, clientSecret, secretId: secretIdOf(clientSecret) },
  );
const refusal = async (client: Client) => {
  const checked = await check(client);
  return checked.ok ? null : checked.word;
};
const present = async (key: RobotKey) =>
  postForm({
    grant_type: "client_credentials",
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(key, `${ORIGIN}/api/identity`),
  });
const statusOf = async (token: string) => (await send("GET", "me", token)).status;
const remove = (secretId: string) =>
  act(admin, deleteCredential, { machineId: machine.machineId, credentialId: secretId, confirmedLast: true });

describe("a row that Latchkey did not write buys nothing", () => {
  test("a deleted secret made live again, nor do the tokens it bought", async () => {
    const token = await buyToken(machine);
    await remove(machine.secretId);
    await write("UPDATE credentials SET revoked_at = NULL WHERE id = $1", machine.secretId);
    expect(await refusal(machine)).toBe("credential_tampered");
    expect(await statusOf(token)).toBe(401);
    expect(await refusal(other)).toBeNull();
  });

  test("a disabled secret made live again", async () => {
    const of = { ...machine, tenantId: admin.tenantId, credentialId: machine.secretId };
    await act(admin, disableCredential, { ...of, reason: "", confirmedLast: true });
    expect(await refusal(machine)).toBe("credential_disabled");
    await write("UPDATE credentials SET disabled_at = NULL WHERE id = $1", machine.secretId);
    expect(await refusal(machine)).toBe("credential_tampered");
  });

  test("a secret moved to another machine", async () => {
    const token = await buyToken(machine);
    expect(await statusOf(token)).toBe(200);
    await write(
      "UPDATE credentials SET machine_id = $2::uuid WHERE id = $1",
      machine.secretId,
      other.machineId,
    );
    expect(await refusal({ ...machine, clientId: other.clientId })).toBe("credential_tampered");
    expect(await statusOf(token)).toBe(401);
  });

  test.each([
    ["an expired one whose end was taken away", "expires_at = NULL"],
    ["one whose end was moved", "expires_at = now() + interval '1 year'"],
    ["one that is noted as cut already", "expiry_cut_at = now()"],
    ["one that was disabled by hand", "disabled_at = now()"],
    ["one that was restricted to addresses by hand", "allowed_addresses = '{10.0.0.0/8}'"],
    ["one whose purchases were limited by hand", "purchases_max = 5"],
    ["one with a MAC of another length", "mac = '\\x00'"],
    ["one with another digest", "digest = sha256('x')"],
    ["one with a digest of another length", "digest = '\\x00'"],
  ])("%s", async (_how, assignment) => {
    const secret = makeSecret();
    const expiresAt = addSeconds(new Date(), 60);
    const { secretId, clientSecret } = await act(admin, addSecret, {
      machineId: machine.machineId,
      name: secret.secretId,
      expiresAt,
    });
    const client = { clientId: machine.clientId, clientSecret };
    expect(await refusal(client)).toBeNull();
    await write(`UPDATE credentials SET ${assignment} WHERE id = $1`, secretId);
    expect(await refusal(client)).toBe("credential_tampered");
  });

  test("a secret that was made by hand, with the MAC of another", async () => {
    const { secretId, value } = makeSecret();
    await write(
      `INSERT INTO credentials (id, tenant_id, machine_id, kind, digest, pepper_id, last_four, created_at, mac, mac_key_id)
       SELECT $2, tenant_id, machine_id, kind, digest, pepper_id, last_four, now(), mac, mac_key_id FROM credentials WHERE id = $1`,
      machine.secretId,
      secretId,
    );
    expect(await refusal({ ...machine, clientSecret: value })).toBe("credential_tampered");
  });

  test("a public key that was inserted, or written over another", async () => {
    const key = await addedKey(admin, machine);
    expect((await present(key)).status).toBe(200);
    const mine = await generateKeyPair("ES256", { extractable: true });
    const jwk = JSON.stringify(await exportJWK(mine.publicKey));
    await write(
      `INSERT INTO credentials (id, tenant_id, machine_id, kind, public_jwk, algorithms, thumbprint, created_at, mac, mac_key_id)
       SELECT 'eve', tenant_id, machine_id, kind, $2::jsonb, algorithms, 'eve', now(), mac, mac_key_id FROM credentials WHERE id = $1`,
      key.keyId,
      jwk,
    );
    const inserted = { ...key, keyId: "eve", privateKey: mine.privateKey };
    expect((await present(inserted)).status).toBe(401);
    expect((await present(key)).status).toBe(200);
    await write("UPDATE credentials SET public_jwk = $2::jsonb WHERE id = $1", key.keyId, jwk);
    expect((await present({ ...key, privateKey: mine.privateKey })).status).toBe(401);
  });
});

describe("a deleted secret", () => {
  test("is known again when it is shown, and its row holds nothing it could be revived from", async () => {
    const { digest } = await storedCredential(machine.secretId);
    await remove(machine.secretId);
    expect((await storedCredential(machine.secretId)).digest).not.toEqual(digest);
    expect(await refusal(machine)).toBe("credential_deleted");
    await write("UPDATE credentials SET revoked_at = NULL WHERE id = $1", machine.secretId);
    const { mac, macKeyId } = authenticated(await storedCredential(machine.secretId));
    await prisma().credential.update({ where: { id: machine.secretId }, data: { mac, macKeyId } });
    expect(await refusal(machine)).toBe("credential_deleted");
  });

  test("is so with its machine, too", async () => {
    await act(admin, deleteMachines, { machineIds: [machine.machineId, other.machineId] });
    expect([await refusal(machine), await refusal(other)]).toEqual([
      "credential_deleted",
      "credential_deleted",
    ]);
  });

  test("whose row was forged before is deleted, and stays a forged one", async () => {
    await write("UPDATE credentials SET expires_at = now() WHERE id = $1", machine.secretId);
    await remove(machine.secretId);
    expect(await refusal(machine)).toBe("credential_tampered");
  });

  test("is not written over by a use that is noted later", async () => {
    await buyToken(machine);
    await remove(machine.secretId);
    await flushUses();
    expect(await refusal(machine)).toBe("credential_deleted");
  });
});

test("an expired secret is noted once, and is expired after that", async () => {
  await rewriteCredential(machine.secretId, { expiresAt: addSeconds(new Date(), -1) });
  const noted = await Promise.all([1, 2].map(() => inTransaction((db) => noteExpired(systemCtx(db)))));
  expect(noted.flat().filter(({ id }) => id === machine.secretId)).toHaveLength(1);
  expect(await refusal(machine)).toBe("credential_expired");
});
