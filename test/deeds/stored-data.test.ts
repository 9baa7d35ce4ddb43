import { beforeEach, describe, expect, test } from "vitest";
import { addAsset, setAsset } from "@/lib/assets/commands";
import { addAssetSchema } from "@/lib/assets/schema";
import { AUTHENTIC_CREDENTIALS } from "@/lib/credentials/authentic-rows";
import type { UserActor } from "@/lib/ctx";
import { forgetSigningKeys } from "@/lib/identity/signing-keys";
import { appSecretStatus } from "@/lib/operator/app-secret";
import { takeOverStoredData } from "@/lib/operator/first-start";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { addedKey } from "@/test/keys";
import { asOlderVersionStored } from "@/test/older-version";
import { askToken, buyToken, send } from "@/test/robot";
import { forgetRecord } from "@/test/tamper";
import { act, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

/** A database that an older version wrote, which authenticated nothing. */
let admin: UserActor;
let machine: Provisioned;
let deleted: Provisioned;
let token: string;
beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  await addedKey(admin, machine);
  await prisma().asset.deleteMany({});
  const added = addAssetSchema.parse({ name: "door", type: "Text", value: "common" });
  const { assetId } = await act(admin, addAsset, added);
  await act(admin, setAsset, { assetId, machineId: machine.machineId, username: "", value: "own" });
  deleted = await provisioned(admin);
  token = await buyToken(machine);
  const { digest } = await prisma().credential.findUniqueOrThrow({ where: { id: deleted.secretId } });
  await act(admin, deleteCredential, { ...deleted, credentialId: deleted.secretId, confirmedLast: true });
  await prisma().credential.update({ where: { id: deleted.secretId }, data: { digest } });
  await asOlderVersionStored(prisma());
  await forgetRecord();
  forgetSigningKeys();
});

const credentialsNow = async () =>
  (await appSecretStatus()).places.find(({ holds }) => holds === AUTHENTIC_CREDENTIALS.holds)?.counts;
const valueFor = async (client: Provisioned) =>
  ((await (await send("GET", "assets/door", await buyToken(client))).json()) as { value: unknown }).value;
const statusOf = async (client: Provisioned) => (await askToken(client)).status;

describe("the first start of a version that authenticates its rows", () => {
  test("takes over what is there: secrets, tokens and keys stay good, deleted secrets get their tombstones", async () => {
    const credentials = await prisma().credential.count();
    expect(await takeOverStoredData()).toEqual({ signingKeys: 1, credentials, assetValues: 2 });
    expect(await credentialsNow()).toEqual({ current: credentials, previous: 0, neither: 0 });
    expect(await statusOf(machine)).toBe(200);
    expect((await send("GET", "me", token)).status).toBe(200);
    expect(await valueFor(machine)).toBe("own");
    expect(await valueFor(await provisioned(admin))).toBe("common");
    expect(await statusOf(deleted)).toBe(401);
    await prisma().credential.update({ where: { id: deleted.secretId }, data: { revokedAt: null } });
    expect(await statusOf(deleted)).toBe(401);
    expect(
      await prisma().auditEvent.findMany({ where: { type: "stored_data.authenticated" } }),
    ).toMatchObject([
      { tenantId: null, actorKind: "system", details: { signingKeys: 1, credentials, assetValues: 2 } },
    ]);
  });

  test("does it once, also when several processes start together", async () => {
    const both = await Promise.all([takeOverStoredData(), takeOverStoredData()]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await takeOverStoredData()).toBeNull();
  });

  test("never again: rows whose MACs were taken away stay refused, whatever is removed from the record", async () => {
    await takeOverStoredData();
    await prisma().credential.updateMany({ data: { mac: new Uint8Array(), macKeyId: "" } });
    await forgetRecord();
    expect(await takeOverStoredData()).toBeNull();
    expect(await statusOf(machine)).toBe(401);
  });

  test("nor when a signing key of the older version is put back, while the record says that it was done", async () => {
    const older = await prisma().signingKey.findFirstOrThrow();
    await takeOverStoredData();
    await prisma().signingKey.update({
      where: { kid: older.kid },
      data: { encryptedKey: older.encryptedKey },
    });
    await prisma().credential.updateMany({ data: { mac: new Uint8Array() } });
    expect(await takeOverStoredData()).toBeNull();
    await prisma().signingKey.delete({ where: { kid: older.kid } });
  });
});
