import { beforeAll, expect, test } from "vitest";
import { bindingOf, encryptValue } from "@/lib/assets/encrypted-value";
import { countAssets, listAssets } from "@/lib/assets/queries";
import type { UserActor } from "@/lib/ctx";
import { listRobots } from "@/lib/fleet/queries/list-robots";
import { countHosts } from "@/lib/fleet/queries/overview";
import { readRecord } from "@/lib/fleet/queries/read-record";
import { placeOf, ROWS_A_PAGE, type Slice } from "@/lib/pages";
import { listInvites } from "@/lib/users/queries/people";
import { INVITES_SHOWN_MAX } from "@/lib/users/schema";
import { ask, newTenantAdmin, prisma, provisioned } from "@/test/world";

const MANY = 600;

let admin: UserActor;
beforeAll(async () => {
  admin = await newTenantAdmin();
});

/** @returns what all pages of a list hold, one after the other */
async function pagesOf<T>(all: number, list: (slice: Slice) => Promise<T[]>): Promise<T[]> {
  const rows: T[] = [];
  for (let page = 1; page <= placeOf(all, page).pageCount; page += 1) {
    rows.push(...(await list(placeOf(all, page).slice)));
  }
  return rows;
}

test("six hundred connected hosts are counted as so many, and stand on six pages, each once", async () => {
  const { machineId, secretId: credentialId } = await provisioned(admin);
  const now = new Date();
  const { tenantId } = admin;
  const both = { tenantId, machineId, credentialId, address: "192.0.2.1", startedAt: now, heartbeatAt: now };
  await prisma().session.createMany({
    data: Array.from({ length: MANY }, (_, index) => {
      const hostName = `HOST-${index}`;
      return { ...both, hostName, hostKey: hostName.toLowerCase() };
    }),
  });
  const counts = await ask(admin, countHosts, undefined, now);
  expect(counts).toEqual({ Available: MANY, Busy: 0, Unresponsive: 0, Disconnected: 0 });
  const rows = await pagesOf(MANY, (slice) =>
    ask(admin, listRobots, { state: "Available" as const, ...slice }, now),
  );
  expect(new Set(rows.map(({ hostName }) => hostName)).size).toBe(MANY);
  expect(rows).toHaveLength(MANY);
  const [one, two] = rows.map(({ sessionId }) => sessionId);
  await prisma().session.updateMany({
    where: { id: { in: [one ?? "", two ?? ""] } },
    data: { endedAt: now },
  });
  const gone = { Available: MANY - 2, Busy: 0, Unresponsive: 0 };
  expect(await ask(admin, countHosts, undefined, now)).toEqual({ ...gone, Disconnected: 2 });
  expect(await ask(admin, countHosts, 1, now)).toEqual({ ...gone, Disconnected: 1 });
});

test("a list that is longer than a page is read page by page, each row once and in order", async () => {
  const { tenantId, id: createdById } = admin;
  const [createdAt, updatedAt] = [new Date(), new Date()];
  await prisma().asset.createMany({
    data: Array.from({ length: ROWS_A_PAGE + 1 }, (_, index) => {
      const [id, name] = [crypto.randomUUID(), `asset ${index}`];
      const encryptedValue = encryptValue("x", bindingOf({ tenantId, id, type: "Text" }, null));
      return {
        id,
        tenantId,
        name,
        nameKey: name,
        type: "Text" as const,
        encryptedValue,
        createdById,
        createdAt,
        updatedAt,
      };
    }),
  });
  const all = await ask(admin, countAssets, undefined);
  expect(all).toBe(ROWS_A_PAGE + 1);
  const names = (await pagesOf(all, (slice) => ask(admin, listAssets, slice))).map(({ name }) => name);
  expect(names).toEqual([...new Set(names)].sort());
  expect(names).toHaveLength(all);
});

test("where a list ends at a bound, so many rows come that the page says so", async () => {
  const { tenantId, id: createdById } = admin;
  await prisma().invite.createMany({
    data: Array.from({ length: INVITES_SHOWN_MAX + 1 }, (_, index) => ({
      tenantId,
      createdById,
      email: `guest-${index}@latchkey.test`,
      emailKey: `guest-${index}@latchkey.test`,
      role: "Viewer" as const,
      digest: Buffer.from(`digest ${index}`.padEnd(32)),
      createdAt: new Date(),
    })),
  });
  expect(await ask(admin, listInvites, undefined)).toHaveLength(INVITES_SHOWN_MAX);
});

test("a filter that may mean more machines than are looked for says so", async () => {
  for (let count = 0; count < 50; count += 1) await provisioned(admin, { name: `twin-${count}` });
  expect(await ask(admin, readRecord, { machine: "twin-" })).toMatchObject({ isMachineVague: true });
  expect(await ask(admin, readRecord, { machine: "twin-7" })).toMatchObject({ isMachineVague: false });
});
