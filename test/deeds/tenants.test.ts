import { beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { renameTenant } from "@/lib/tenants/commands";
import { listTenants } from "@/lib/tenants/queries";
import { addTenant } from "@/lib/workflows/add-tenant";
import {
  act,
  ask,
  newAdmin,
  newInstallationAdmin,
  newTenantAdmin,
  prisma,
  provisioned,
  unique,
} from "@/test/world";

let manager: UserActor;
beforeEach(async () => {
  manager = await newInstallationAdmin();
});

const nameOf = async (id: string) => (await prisma().tenant.findUniqueOrThrow({ where: { id } })).name;
const list = (actor: UserActor) => ask(actor, listTenants, undefined);

describe("whoever manages the installation makes a tenant", () => {
  test("and is its administrator", async () => {
    const slug = unique("made");
    expect(await act(manager, addTenant, { slug, name: "Made" })).toMatchObject({ slug });
    const memberships = await prisma().membership.findMany({
      where: { adminId: manager.id },
      select: { role: true, tenant: { select: { slug: true } } },
    });
    expect(memberships).toContainEqual({ role: "Administrator", tenant: { slug } });
    expect(await list(manager)).toContainEqual(
      expect.objectContaining({ slug, name: "Made", machines: 0, members: 1 }),
    );
  });

  test("but of six who want one address at once, one gets it and the others are told at the field", async () => {
    const slug = unique("wanted");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => act(manager, addTenant, { slug, name: "Wanted" })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected")
        expect(outcome.reason).toMatchObject({ name: "Refusal", code: "conflict", field: "slug" });
    }
    const { id } = await prisma().tenant.findUniqueOrThrow({ where: { slug } });
    expect(await prisma().membership.count({ where: { tenantId: id } })).toBe(1);
    expect(await prisma().auditEvent.count({ where: { tenantId: id, type: "tenant.created" } })).toBe(1);
  });
});

describe("a tenant is renamed", () => {
  test("by its administrator; the address stays", async () => {
    const admin = await newTenantAdmin();
    const { tenantId } = admin;
    const before = await prisma().tenant.findUniqueOrThrow({ where: { id: tenantId } });
    await act(admin, renameTenant, { tenantId, name: "Finance", seen: before.name });
    const after = await prisma().tenant.findUniqueOrThrow({ where: { id: tenantId } });
    expect(after).toEqual({ ...before, name: "Finance" });
    expect(
      await prisma().auditEvent.findFirst({ where: { tenantId, type: "tenant.renamed" } }),
    ).toMatchObject({
      actorId: admin.id,
      details: { slug: before.slug, before: before.name, after: "Finance" },
    });
  });

  test("by whoever manages the installation, also where they are no member or only look", async () => {
    const { tenantId } = await newTenantAdmin();
    const rename = { tenantId, name: "Far away", seen: await nameOf(tenantId) };
    await act({ ...manager, role: "Viewer" }, renameTenant, rename);
    expect(await nameOf(tenantId)).toBe("Far away");
    expect(await prisma().auditEvent.count({ where: { tenantId, type: "tenant.renamed" } })).toBe(1);
  });

  test("of many who do so at once, by one; the others read at the field what it is called now", async () => {
    const admin = await newTenantAdmin();
    const { tenantId } = admin;
    const seen = await nameOf(tenantId);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, (_, at) => act(admin, renameTenant, { tenantId, name: `Name ${at}`, seen })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected")
        expect(outcome.reason).toMatchObject({ name: "Refusal", code: "conflict", field: "name" });
    }
    expect(await prisma().auditEvent.count({ where: { tenantId, type: "tenant.renamed" } })).toBe(1);
  });

  test("to the name it has: nothing happens and nothing is recorded", async () => {
    const admin = await newTenantAdmin();
    const { tenantId } = admin;
    const seen = await nameOf(tenantId);
    await act(admin, renameTenant, { tenantId, name: seen, seen });
    expect(await prisma().auditEvent.count({ where: { tenantId, type: "tenant.renamed" } })).toBe(0);
  });

  test("but one that there is not is not found", async () => {
    const rename = { tenantId: "00000000-0000-7000-8000-000000000000", name: "Nowhere", seen: "Never" };
    await expect(act(manager, renameTenant, rename)).rejects.toMatchObject({ code: "not_found" });
  });
});

test("an administrator's list holds the tenant they are in and no other; its figures leave out what is deleted", async () => {
  const admin = await newTenantAdmin();
  await newAdmin({ id: admin.tenantId, slug: "" }, "Viewer");
  await provisioned(admin);
  const { machineId } = await provisioned(admin);
  await prisma().machine.update({ where: { id: machineId }, data: { deletedAt: new Date(), nameKey: null } });
  expect(await list(admin)).toEqual([
    expect.objectContaining({ id: admin.tenantId, machines: 1, members: 2 }),
  ]);
  expect((await list(manager)).length).toBeGreaterThan(1);
});
