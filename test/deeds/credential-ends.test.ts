import { beforeAll, describe, expect, test } from "vitest";
import { isAuthentic } from "@/lib/credentials/authentic";
import { editCredential } from "@/lib/credentials/commands/edit-credential";
import { listSecrets } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { editLimits } from "@/lib/limits/commands";
import { getLimits } from "@/lib/limits/queries";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { addSeconds } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { storedCredential } from "@/test/credential-rows";
import { addedKey } from "@/test/keys";
import { askToken, buyToken, connect, send } from "@/test/robot";
import {
  act,
  ask,
  inDays,
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

type Edited = { name: string; note: string; expiresAt: Date | null };
/** What a page that is loaded now shows of it. */
const shown = (id: string): Promise<Edited> =>
  prisma().credential.findUniqueOrThrow({
    where: { id },
    select: { name: true, note: true, expiresAt: true },
  });
async function edit(
  credentialId: string,
  to: Partial<Edited> & { expiresAt: Date | null },
  { seen, by = admin, of = machine }: { seen?: Edited; by?: UserActor; of?: Provisioned } = {},
) {
  const input = { machineId: of.machineId, credentialId, name: "", note: "", ...to };
  return act(by, editCredential, { ...input, seen: seen ?? (await shown(credentialId)) });
}

describe("the end of a live credential", () => {
  test("is set, moved and removed, each time under a MAC, and tokens go on", async () => {
    const secret = await act(admin, addSecret, { machineId: machine.machineId });
    const token = await buyToken(secret);
    for (const expiresAt of [inDays(30), inDays(2), inDays(90), null]) {
      await edit(secret.secretId, { name: "for the night shift", expiresAt });
      const row = await storedCredential(secret.secretId);
      expect(row).toMatchObject({ expiresAt });
      expect(isAuthentic(row)).toBe(true);
      expect((await send("GET", "me", token)).status).toBe(200);
    }
    const [shown] = (await ask(admin, listSecrets, machine)).filter(({ id }) => id === secret.secretId);
    expect(shown).toMatchObject({ name: "for the night shift", expiresAt: null });
  });

  test("that is brought forward refuses from that instant on, and its hosts are cut", async () => {
    const secret = await act(admin, addSecret, { machineId: machine.machineId });
    const token = await buyToken(secret);
    const { id } = await connect(token, "HOST-ENDS");
    const end = addSeconds(new Date(), 2);
    await edit(secret.secretId, { expiresAt: end });
    await expect.poll(async () => (await send("GET", "me", token)).status).toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(end.getTime());
    expect((await askToken(secret)).status).toBe(401);
    await inTransaction((db) => cutExpired(systemCtx(db)));
    const session = await prisma().session.findUniqueOrThrow({ where: { id } });
    expect(session).toMatchObject({ endCode: "secret_expired" });
  });

  test("is recorded with what it was; nothing changed is nothing recorded", async () => {
    const secret = await act(admin, addSecret, { machineId: machine.machineId, name: "before" });
    const expiresAt = inDays(3);
    const to = { name: "after", note: "Ask the night shift.\nTwice.", expiresAt };
    await edit(secret.secretId, to);
    await edit(secret.secretId, to);
    const events = await prisma().auditEvent.findMany({
      where: { credentialId: secret.secretId, type: "credential.edited" },
    });
    expect(events).toMatchObject([
      {
        actorId: admin.id,
        details: {
          kind: "Secret",
          before: { name: "before", note: "", expiresAt: null },
          after: { ...to, expiresAt: expiresAt.toISOString() },
        },
      },
    ]);
  });

  test.each([
    ["past", () => addSeconds(new Date(), -1)],
    ["now", () => new Date()],
    ["further than ten years away", () => inDays(4000)],
  ])("that is %s is refused at its field", async (_, expiresAt) => {
    expect(await refusal(edit(machine.secretId, { expiresAt: expiresAt() }))).toMatchObject({
      code: "invalid",
      field: "expiresAt",
    });
  });

  test("is none of a deleted one, of another machine, or of one that is over", async () => {
    const secret = await act(admin, addSecret, { machineId: machine.machineId });
    const credentialId = secret.secretId;
    const elsewhere = edit(credentialId, { expiresAt: null }, { of: await provisioned(admin) });
    expect(await refusal(elsewhere)).toMatchObject({ code: "not_found" });
    await act(admin, deleteCredential, { machineId: machine.machineId, credentialId, confirmedLast: true });
    expect(await refusal(edit(credentialId, { expiresAt: inDays(1) }))).toMatchObject({ code: "gone" });
  });

  test("stays within what the tenant allows, counted from the creation; one from before stays as it is", async () => {
    const keeper = await newTenantAdmin();
    const own = await provisioned(keeper);
    const to = (expiresAt: Date | null, name = "") =>
      edit(own.secretId, { name, expiresAt }, { by: keeper, of: own });
    const seen = await ask(keeper, (ctx) => getLimits(ctx), null);
    await act(keeper, editLimits, { seen, limits: { ...seen, lifetimeDaysMax: 30 } });
    await to(null, "named, and without an end as before");
    await to(inDays(20));
    for (const late of [null, inDays(31)]) {
      expect(await refusal(to(late))).toMatchObject({ code: "invalid", field: "expiresAt" });
    }
  });
});

test("a key keeps a name", async () => {
  const { keyId } = await addedKey(admin, machine);
  expect(await refusal(edit(keyId, { expiresAt: null }))).toMatchObject({ code: "invalid", field: "name" });
  await edit(keyId, { name: "of the press", expiresAt: inDays(1) });
  expect(isAuthentic(await storedCredential(keyId))).toBe(true);
});

test.each<[string, Partial<Edited>]>([
  ["name", { name: "of the mill" }],
  ["note", { note: "Ask the night shift." }],
  ["end", { expiresAt: inDays(3) }],
])("an edit from a page that shows another %s changes nothing", async (_, change) => {
  const { secretId } = await act(admin, addSecret, { machineId: machine.machineId });
  const seen = await shown(secretId);
  await edit(secretId, { ...seen, ...change }, { seen });
  const late = edit(secretId, { ...seen, name: "of the press" }, { seen });
  expect(await refusal(late)).toMatchObject({ code: "conflict" });
  expect(await shown(secretId)).toEqual({ ...seen, ...change });
  await act(admin, deleteCredential, {
    machineId: machine.machineId,
    credentialId: secretId,
    confirmedLast: true,
  });
});

test("of two edits at once none is lost unseen: each began with what the one before left", async () => {
  for (let round = 0; round < 10; round += 1) {
    const { secretId: credentialId } = await act(admin, addSecret, { machineId: machine.machineId });
    const said = await Promise.all(
      ["one", "two"].map((name) => refusal(edit(credentialId, { name, expiresAt: null }))),
    );
    const refused = said.filter((answer) => answer !== null);
    for (const answer of refused) expect(answer).toMatchObject({ code: "conflict" });
    const events = await prisma().auditEvent.findMany({
      where: { credentialId, type: "credential.edited" },
      orderBy: { id: "asc" },
    });
    expect(events).toHaveLength(2 - refused.length);
    const changes = events.map(
      ({ details }) => details as { before: { name: string }; after: { name: string } },
    );
    const { name } = await prisma().credential.findUniqueOrThrow({ where: { id: credentialId } });
    const befores = changes.map(({ before }) => before.name).sort();
    const left = changes.map(({ after }) => after.name).filter((after) => after !== name);
    expect(befores).toEqual(["", ...left].sort());
    await act(admin, deleteCredential, { machineId: machine.machineId, credentialId, confirmedLast: true });
  }
});

test("of an edit and a deletion at once, the deletion holds", async () => {
  for (let round = 0; round < 10; round += 1) {
    const { secretId: credentialId } = await act(admin, addSecret, { machineId: machine.machineId });
    const deletion = { machineId: machine.machineId, credentialId, confirmedLast: true };
    await Promise.all([
      refusal(edit(credentialId, { expiresAt: inDays(1) })),
      act(admin, deleteCredential, deletion),
    ]);
    const row = await storedCredential(credentialId);
    expect(row.revokedAt).not.toBeNull();
    expect(isAuthentic(row)).toBe(true);
  }
});
