import { database, inTransaction } from "@/lib/db";
import { notify } from "@/lib/notifications/commands/notify";
import type { Notice } from "@/lib/notifications/schema";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { expectAccessibleEverywhere } from "./accessible";
import { expect, signIn, test, type World } from "./fixtures";

const LONG_NAME = `Invoices <b>pool</b> ${"with-a-long-name-".repeat(12)}`;

type Machine = Awaited<ReturnType<World["provisioned"]>>;
const told = ({ tenantId }: World, notices: readonly Notice[]) =>
  inTransaction(database(), async (db) => {
    for (const notice of notices) await notify(db, { tenantId, now: new Date(), notice });
  });

const used = ({ machineId, secretId }: Machine, on: string): Notice => ({
  kind: "credential.used_although",
  state: "deleted",
  machineId,
  machineName: LONG_NAME,
  credentialId: secretId,
  credentialName: "",
  credentialKind: "Secret",
  address: "2001:db8::7",
  hostName: "PRESS-7",
  on,
});
const FLOOD = { kind: "refusals.flood", hour: "2026-11-28T10:00:00.000Z", refused: 1_234 } as const;

test("what was told stands behind the bell and is read once; what needs somebody now stands on the overview, with what to do", async ({
  page,
  world,
}) => {
  const machine = await world.provisioned("press");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}`);
  await expect(page.getByText("Nothing needs your attention.")).toBeVisible();
  const bell = page.getByRole("link", { name: /^Notifications/ });
  await expect(bell).toHaveAccessibleName("Notifications");

  await told(world, [used(machine, "2026-11-27"), FLOOD]);
  await expect(bell).toHaveAccessibleName("Notifications, 2 unread");
  await bell.click();
  const rows = page.getByRole("table", { name: "Notifications" }).getByRole("row");
  await expect(rows.filter({ hasText: "New" })).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("More than 1,234 token requests were refused");
  await expect(rows.nth(2)).toContainText(
    "tried from 2001:db8::7, where host “PRESS-7” was last seen with it, although",
  );
  await expect(bell).toHaveAccessibleName("Notifications");
  await page.getByLabel("Kind").selectOption({ label: "Flood of refused requests" });
  await expect(rows).toHaveCount(2);
  await rows.nth(1).getByRole("link", { name: "See who asks" }).click();
  await expect(page).toHaveURL(/activity\?outcome=Refused/);

  await page.goto(`/tenants/${world.slug}/settings`);
  const flood = page.getByRole("checkbox", { name: "Flood of refused requests" });
  await expect(page.getByRole("checkbox", { name: "Host unresponsive" })).not.toBeChecked();
  await flood.uncheck();
  await page.getByRole("button", { name: "Save notifications" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.reload();
  await expect(flood).not.toBeChecked();

  const { prisma } = database();
  const expiresAt = addSeconds(new Date(), 3 * DAY_SECONDS);
  await prisma.credential.update({ where: { id: machine.secretId }, data: { expiresAt } });
  await page.goto(`/tenants/${world.slug}`);
  const attention = page.getByRole("region", { name: "Attention" });
  await expect(attention).toContainText("of press expires in 2 days");
  await attention.getByRole("link", { name: /Rotate it or move its end/ }).click();
  await expect(page.getByRole("heading", { name: "press" })).toBeVisible();
});

test("notifications and attention are read on a phone and with assistive technology", async ({
  page,
  world,
}) => {
  const machine = await world.provisioned(LONG_NAME);
  await database().prisma.credential.update({
    where: { id: machine.secretId },
    data: { expiresAt: addSeconds(new Date(), DAY_SECONDS) },
  });
  await told(world, [used(machine, "2026-11-26"), used(machine, "2026-11-27"), FLOOD]);
  await signIn(page, await world.person("Viewer"));
  for (const path of ["", "/settings", "/notifications"]) {
    await page.goto(`/tenants/${world.slug}${path}`);
    await expectAccessibleEverywhere(page, path);
  }
});
