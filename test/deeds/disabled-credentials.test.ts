import { beforeAll, describe, expect, test } from "vitest";
import { isAuthentic } from "@/lib/credentials/authentic";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import { listSecrets } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { getLimits } from "@/lib/limits/queries";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { credentialOf, storedCredential } from "@/test/credential-rows";
import { addedKey } from "@/test/keys";
import { askToken, buyToken, connect, send } from "@/test/robot";
import {
  act,
  ask,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  refusal,
  systemCtx,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const of = (credentialId: string) => credentialOf(admin, machine, credentialId);
const disable = (credentialId: string, reason = "") =>
  act(admin, disableCredential, { ...of(credentialId), reason });
const enable = (credentialId: string) => act(admin, enableCredential, of(credentialId));
const remove = (credentialId: string) =>
  act(admin, deleteCredential, { ...of(credentialId), confirmedLast: true });
const another = () => act(admin, addSecret, { machineId: machine.machineId });

describe("a disabled credential", () => {
  test("says who disabled it, when and why; the record does, too, and enabling forgets it", async () => {
    const { secretId } = await another();
    await disable(secretId, "Seen in a build log.\nAsk Ada.");
    await disable(secretId, "again");
    const shown = async () => (await ask(admin, listSecrets, machine)).find(({ id }) => id === secretId);
    expect(await shown()).toMatchObject({
      disabledAt: expect.any(Date),
      disabledBy: admin.name,
      disabledReason: "Seen in a build log.\nAsk Ada.",
    });
    await enable(secretId);
    await enable(secretId);
    expect(await shown()).toMatchObject({ disabledAt: null, disabledBy: null, disabledReason: "" });
    const types = { in: ["credential.disabled", "credential.enabled"] };
    const events = await prisma().auditEvent.findMany({
      where: { credentialId: secretId, type: types },
      orderBy: { id: "asc" },
    });
    expect(events.map(({ type }) => type)).toEqual(["credential.disabled", "credential.enabled"]);
    expect(events[0]).toMatchObject({
      actorId: admin.id,
      details: { kind: "Secret", reason: "Seen in a build log.\nAsk Ada." },
    });
  });

  test("has the MAC of before once it is enabled", async () => {
    const { secretId } = await another();
    const { mac } = await storedCredential(secretId);
    await disable(secretId);
    expect(isAuthentic(await storedCredential(secretId))).toBe(true);
    expect((await storedCredential(secretId)).mac).not.toEqual(mac);
    await enable(secretId);
    expect((await storedCredential(secretId)).mac).toEqual(mac);
  });

  test("is edited and deleted as ever, keeps its place in the limit, and is enabled no more after its end", async () => {
    const keeper = await newTenantAdmin();
    const own = await provisioned(keeper);
    const id = { ...own, tenantId: keeper.tenantId, credentialId: own.secretId };
    const max = (await ask(keeper, (ctx) => getLimits(ctx), null)).liveCredentialsMax;
    for (let count = 1; count < max; count += 1) await act(keeper, addSecret, own);
    await act(keeper, disableCredential, { ...id, reason: "" });
    expect(await refusal(act(keeper, addSecret, own))).toMatchObject({ code: "limit_reached" });
    const seen = { name: "", note: "", expiresAt: null };
    const edit = { machineId: own.machineId, credentialId: own.secretId, name: "kept", note: "", seen };
    await act(keeper, editCredential, { ...edit, expiresAt: null });
    expect(await refusal(askToken(own))).toMatchObject({ status: 401 });
    await act(keeper, deleteCredential, { ...id, confirmedLast: false });
    await act(keeper, addSecret, own);
    expect(await refusal(act(keeper, enableCredential, id))).toMatchObject({ code: "gone" });
    expect(await refusal(act(keeper, disableCredential, { ...id, reason: "" }))).toMatchObject({
      code: "gone",
    });
  });

  test("is not counted as live: the last one that is must be confirmed", async () => {
    const keeper = await newTenantAdmin();
    const own = await provisioned(keeper);
    const other = await act(keeper, addSecret, own);
    const id = { ...own, tenantId: keeper.tenantId };
    await act(keeper, disableCredential, { ...id, credentialId: other.secretId, reason: "" });
    const last = { ...id, credentialId: own.secretId };
    for (const deed of [
      () => act(keeper, disableCredential, { ...last, reason: "" }),
      () => act(keeper, deleteCredential, { ...last, confirmedLast: false }),
    ]) {
      expect(await refusal(deed())).toMatchObject({ code: "conflict", field: "confirmedLast" });
    }
    await act(keeper, disableCredential, { ...last, reason: "", confirmedLast: true });
    expect((await askToken(own)).status).toBe(401);
  });

  test("is nobody else’s to disable, and the process itself may without being asked", async () => {
    const { secretId, ...secret } = await another();
    const bought = await buyToken({ clientId: machine.clientId, clientSecret: secret.clientSecret });
    const { id } = await connect(bought, "HOST-OF-LEAKED");
    const stranger = await newTenantAdmin();
    for (const deed of [disableCredential, enableCredential]) {
      const done = act(stranger, deed, { ...of(secretId), reason: "" });
      expect(await refusal(done)).toMatchObject({ code: "not_found" });
    }
    expect((await send("GET", "me", bought)).status).toBe(200);
    const cut = await inTransaction((db) =>
      disableCredential(systemCtx(db), { ...of(secretId), reason: "It was found in public." }),
    );
    expect(cut).toEqual({ disconnectedHosts: ["HOST-OF-LEAKED"], stoppedJobs: 0 });
    const session = await prisma().session.findUniqueOrThrow({ where: { id } });
    expect(session).toMatchObject({ endCode: "secret_disabled", endedBy: null });
    const event = { credentialId: secretId, type: "credential.disabled", tenantId: admin.tenantId };
    expect(await prisma().auditEvent.findFirst({ where: event })).toMatchObject({ actorKind: "system" });
  });

  test("ends a key’s hosts as a key’s", async () => {
    const { keyId } = await addedKey(admin, machine);
    await disable(keyId);
    expect(await storedCredential(keyId)).toMatchObject({ disabledAt: expect.any(Date) });
  });
});

test("of disabling, enabling, editing and deleting at once none breaks a row, and the deletion holds", async () => {
  for (let round = 0; round < 8; round += 1) {
    const { secretId } = await another();
    if (round % 2 === 1) await disable(secretId);
    const seen = { name: "", note: "", expiresAt: null };
    const edit = { machineId: machine.machineId, credentialId: secretId, name: "edited", note: "", seen };
    await Promise.all([
      refusal(disable(secretId)),
      refusal(enable(secretId)),
      refusal(act(admin, editCredential, { ...edit, expiresAt: new Date(Date.now() + 1e9) })),
      remove(secretId),
    ]);
    const row = await storedCredential(secretId);
    expect(row.revokedAt).not.toBeNull();
    expect(isAuthentic(row)).toBe(true);
  }
});

test("connecting while the secret is being disabled never leaves a host on it", async () => {
  for (let round = 0; round < 8; round += 1) {
    const { secretId, clientSecret } = await another();
    const bought = await buyToken({ clientId: machine.clientId, clientSecret });
    const connecting = Array.from({ length: 6 }, (_, host) =>
      send("POST", "sessions", bought, { hostName: `OFF-${round}-${host}` }),
    );
    const disabling = disable(secretId);
    const statuses = (await Promise.all(connecting)).map(({ status }) => status);
    await disabling;
    for (const status of statuses) expect([201, 401, 410]).toContain(status);
    expect(await prisma().session.count({ where: { credentialId: secretId, endedAt: null } })).toBe(0);
    await remove(secretId);
  }
});
