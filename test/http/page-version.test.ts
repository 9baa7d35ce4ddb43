import { beforeAll, expect, test } from "vitest";
import { isOutdated, pageVersion } from "@/lib/http/portal/page-version";
import { lastChange } from "@/lib/live/notifications";
import { signal } from "@/lib/signals";
import { addSeconds } from "@/lib/time";
import { listensAnew } from "@/test/listening";
import { cutListeners } from "@/test/streams";
import { inTransaction, newTenant } from "@/test/world";

/** Changes what a tenant's pages show, and waits until this process has heard of it. */
async function change(tenantId: string): Promise<void> {
  const before = lastChange(tenantId);
  await inTransaction((db) => signal(db, [{ kind: "page", tenantId }]));
  await expect.poll(() => lastChange(tenantId)).not.toBe(before);
}

beforeAll(listensAnew);

test("a page is outdated once its tenant has changed, and by no other tenant's changes", async () => {
  const [{ id: own }, { id: other }] = [await newTenant(), await newTenant()];
  await change(other);
  const now = new Date();
  for (const begin of [async () => {}, () => change(own)]) {
    await begin();
    const version = pageVersion(own, now);
    await change(other);
    expect(isOutdated(version, own, now)).toBe(false);
    await change(own);
    expect(isOutdated(version, own, now)).toBe(true);
  }
});

test("a page is outdated when changes may have been missed", async () => {
  const { id } = await newTenant();
  await change(id);
  const now = new Date();
  const version = pageVersion(id, now);
  const isBack = listensAnew();
  await cutListeners();
  await isBack;
  expect(isOutdated(version, id, now)).toBe(true);
});

test("a page is outdated after a while, for what it says of the time; and one that says no version", async () => {
  const { id } = await newTenant();
  const now = new Date();
  const version = pageVersion(id, now);
  expect([29, 30].map((seconds) => isOutdated(version, id, addSeconds(now, seconds)))).toEqual([false, true]);
  for (const none of ["", ".", "x", `${lastChange(id)}.soon`]) expect(isOutdated(none, id, now)).toBe(true);
});
