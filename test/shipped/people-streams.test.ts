import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { pageVersion } from "@/lib/http/portal/page-version";
import { lastChange } from "@/lib/live/notifications";
import { signal } from "@/lib/signals";
import { requireSecondFactor } from "@/lib/tenants/commands";
import { changeRole, disablePerson, removePerson } from "@/lib/users/commands/manage-people";
import { hashPassword } from "@/lib/users/passwords";
import { listensAnew } from "@/test/listening";
import { act, inTransaction, newAdmin, newTenant, prisma, type Tenant } from "@/test/people";
import { Browser } from "./browser";
import { type Installation, startInstallation } from "./installation";

/** A page's stream of changes, and the deeds of another process of the same installation that end what allowed it. */
let installation: Installation;
let tenant: Tenant;
let admin: UserActor;
let member: UserActor;
let browser: Browser;

const PASSWORD = "correct horse battery";

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(async () => {
  await installation?.stop();
});
beforeEach(async () => {
  tenant = await newTenant();
  admin = await newAdmin(tenant);
  member = await newAdmin(tenant, "Operator");
  const data = { adminId: member.id, hash: await hashPassword(PASSWORD), changedAt: new Date() };
  await prisma().adminPassword.create({ data });
  browser = new Browser(installation.address);
  expect(await browser.signIn({ email: member.name, password: PASSWORD })).toBe(true);
});

const changes = () => `/tenants/${tenant.slug}/changes`;

async function open(path = changes()) {
  const response = await browser.ask(path);
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  /** @returns everything that comes until the server ends the stream */
  const rest = async () => {
    let text = "";
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
      text += chunk.value;
    }
    return text;
  };
  const until = async (said: string) => {
    for (let text = ""; !text.includes(said); ) text += (await reader?.read())?.value ?? said;
  };
  return { headers: response.headers, rest, until, hangUp: () => reader?.cancel() };
}

describe("the stream of a page ends with what allowed it", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["the membership", () => act(admin, removePerson, { adminId: member.id })],
    ["the membership's being enabled", () => act(admin, disablePerson, { adminId: member.id })],
    ["the role", () => act(admin, changeRole, { adminId: member.id, role: "Viewer" })],
    [
      "the tenant's not asking for a second factor",
      () => act(admin, requireSecondFactor, { isRequired: true }),
    ],
    ["the sign-in", () => browser.at(installation.address).post("/api/auth/signout", {})],
    // No deed of ours: nobody signals it.
    [
      "the sign-in, found out by looking",
      () => prisma().signIn.updateMany({ data: { endedAt: new Date() } }),
    ],
  ])("%s", async (_, end) => {
    const stream = await open();
    await end();
    expect(await stream.rest()).not.toContain("changed");
  });
});

describe("streams of pages", () => {
  test("say at once whether the page is outdated, whichever process made it", async () => {
    const old = pageVersion(tenant.id, new Date());
    await listensAnew();
    const listening = await open();
    await inTransaction((db) => signal(db, [{ kind: "page", tenantId: tenant.id }]));
    await listening.until("changed");
    await expect.poll(() => lastChange(tenant.id)).toMatch(/^\d+$/);
    const versions = [pageVersion(tenant.id, new Date()), old];
    const streams = await Promise.all(versions.map((version) => open(`${changes()}?version=${version}`)));
    await act(admin, removePerson, { adminId: member.id });
    const told = await Promise.all(streams.map(({ rest }) => rest()));
    expect(told.map((text) => text.includes("changed"))).toEqual([false, true]);
  });

  test("are not kept, changed or held back on the way", async () => {
    const stream = await open();
    const head = await browser.ask(changes(), { method: "HEAD" });
    for (const { headers } of [stream, head]) {
      expect(headers.get("content-type")).toBe("text/event-stream");
      expect(headers.get("cache-control")).toBe("no-store, no-transform");
      expect(headers.get("x-accel-buffering")).toBe("no");
    }
    await stream.hangUp();
  });

  test("HEAD on the export takes nothing out of the house", async () => {
    await act(admin, changeRole, { adminId: member.id, role: "Administrator" });
    const path = `/tenants/${tenant.slug}/audit/export?format=csv`;
    const taken = () => prisma().auditEvent.count({ where: { tenantId: tenant.id, type: "audit.exported" } });
    const head = await browser.ask(path, { method: "HEAD" });
    expect([head.status, await taken()]).toEqual([200, 0]);
    const file = await browser.ask(path);
    expect([file.status, await taken()]).toEqual([200, 1]);
    for (const { headers } of [head, file]) {
      expect(headers.get("x-accel-buffering")).toBe("no");
      expect(headers.get("content-disposition")).toContain("attachment");
    }
    await file.body?.cancel();
  });
});
