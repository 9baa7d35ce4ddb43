import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { database } from "@/lib/db";
import { expectAccessibleEverywhere } from "./accessible";
import { expect, signIn, test, type World } from "./fixtures";

const addressOf = ({ slug }: World) => `/tenants/${slug}/audit`;
const events = (page: Page) => page.getByRole("table", { name: "Events" }).getByRole("row");

/** Waits until the tenant's events are in its chain, which they are soon after they happened. */
const sealed = ({ tenantId }: World) =>
  expect.poll(() => database().prisma.auditPending.count({ where: { tenantId } })).toBe(0);

/** Changes an event as somebody does who owns the database. */
const tamper = (tenantId: string) =>
  database().prisma.$transaction([
    database().prisma.$executeRaw`ALTER TABLE audit_events DISABLE TRIGGER audit_events_unchanged`,
    database().prisma
      .$executeRaw`UPDATE audit_events SET actor_name = 'nobody' WHERE tenant_id = ${tenantId}::uuid AND type = 'secret.issued'`,
    database().prisma.$executeRaw`ALTER TABLE audit_events ENABLE ALWAYS TRIGGER audit_events_unchanged`,
  ]);

test("the record says who did what, is filtered, verified and taken away as a file", async ({
  page,
  world,
}) => {
  await world.provisioned("mill");
  const press = await world.provisioned("press");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/${press.machineId}/edit`);
  await page.getByLabel("Description").fill("Beside the door");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved").first()).toBeVisible();

  await page.getByRole("navigation", { name: "Tenant" }).getByRole("link", { name: "Audit" }).click();
  await expect(page).toHaveURL(addressOf(world));
  const edited = events(page).filter({ hasText: "edited the machine press" });
  await expect(edited).toContainText(world.admin.email);
  await edited.getByText("Details").click();
  await expect(edited.getByRole("row", { name: /description/ })).toContainText("Beside the door");
  await expect(edited.getByRole("link", { name: "press" })).toHaveAttribute(
    "href",
    new RegExp(press.machineId),
  );
  await expect(events(page).filter({ hasText: "signed in" })).toContainText(/127\.0\.0\.1|::1/);

  const filters = page.getByRole("form", { name: "Filters" });
  await filters.getByLabel("Kind").selectOption({ label: "Client secrets: issued" });
  await expect(page).toHaveURL(/kind=secret\.issued/);
  await expect(events(page)).toHaveCount(3);
  await filters.getByLabel("Machine").fill("PRES");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/machine=PRES/);
  await expect(events(page)).toHaveCount(2);
  await expect(events(page).last()).toContainText(`issued the client secret ${press.secretId} of press`);
  await filters.getByLabel("Kind").selectOption("");
  await filters.getByLabel("Secret or key").fill(press.clientSecret);
  await page.getByRole("button", { name: "Apply filters" }).click();
  await expect(page).toHaveURL(new RegExp(`credential=${press.secretId}(?:&|$)`));
  // Key by key: the page must not take a year for nothing while it has one digit.
  await filters.getByLabel("From").pressSequentially("01012040\t0205PM");
  await expect(filters.getByLabel("From")).toHaveValue("2040-01-01T14:05");
  await page.getByRole("button", { name: "Apply filters" }).click();
  await expect(page.getByText("No event matches")).toBeVisible();
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(addressOf(world));

  await sealed(world);
  await page.reload();
  const issued = events(page).filter({ hasText: `issued the client secret ${press.secretId}` });
  await expect(issued.getByText("being sealed")).toHaveCount(0);
  await expect(issued).toHaveCount(1);
  await page.getByRole("button", { name: "Verify the chain" }).click();
  await expect(page.getByText(/The chain is intact: \d+ events are as they were written/)).toBeVisible();

  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Export CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^audit-.*\.csv$/);
  const csv = await readFile(await download.path(), "utf8");
  expect(csv.split("\r\n")[0]).toContain('"time","actorKind"');
  expect(csv).toContain(press.secretId);
  expect(csv).not.toContain(press.clientSecret);
  await page.reload();
  await expect(events(page).nth(1)).toContainText("exported the whole record as CSV");

  await tamper(world.tenantId);
  await page.getByRole("button", { name: "Verify the chain" }).click();
  const alert = page.getByRole("alert").filter({ hasText: "broken" });
  await expect(alert).toContainText("The chain is broken in 2 places.");
  await expect(alert).toContainText("The event is not as it was written: somebody changed it.");
  await expect(alert).toContainText("It now says: secret.issued by nobody");
});

test("whoever only looks may read and verify, and takes nothing away; other tenants are not found", async ({
  page,
  world,
  otherWorld,
}) => {
  await world.provisioned("vat");
  await signIn(page, await world.person("Viewer"));
  await page.goto(addressOf(world));
  await expect(events(page).filter({ hasText: "provisioned the machine template vat" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Verify the chain" })).toBeVisible();
  await expect(page.getByRole("link", { name: /Export/ })).toHaveCount(0);
  const taken = (one: World) => page.request.get(`${addressOf(one)}/export?format=csv`);
  expect((await taken(world)).status()).toBe(403);
  expect((await taken(otherWorld)).status()).toBe(404);
  expect((await page.goto(addressOf(otherWorld)))?.status()).toBe(404);
});

test("a long record is read page by page, back and forth", async ({ page, world }) => {
  for (let count = 0; count < 30; count += 1) await world.provisioned(`m-${count}`);
  await signIn(page, world.admin);
  await page.goto(addressOf(world));
  const pages = page.getByRole("navigation", { name: "Pages" });
  await expect(events(page)).toHaveCount(51);
  // What it says, with its event's id; its place in the chain may be given meanwhile.
  const newestSays = () => events(page).nth(1).getByRole("cell").nth(2).textContent();
  const newest = await newestSays();
  await expect(pages.getByRole("link", { name: "Newer" })).toHaveCount(0);
  await pages.getByRole("link", { name: "Older" }).click();
  // The installation's own events may stand among them, so the page is known by what only it shows.
  await expect(events(page).filter({ hasText: "provisioned the machine template m-0" })).toHaveCount(1);
  await expect(events(page).filter({ hasText: "signed in" })).toHaveCount(0);
  await pages.getByRole("link", { name: "Newer" }).click();
  await expect(events(page)).toHaveCount(51);
  expect(newest).toContain("Event ID");
  expect(await newestSays()).toBe(newest);
});

test("it is read on a phone and with assistive technology", async ({ page, world }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await world.provisioned("a-machine-whose-name-is-longer-than-any-phone-is-wide-".repeat(3));
  await signIn(page, world.admin);
  await page.goto(addressOf(world));
  await page.getByText("Details").first().click();
  await page.getByRole("button", { name: "Verify the chain" }).click();
  await expect(page.getByText(/The chain is intact/)).toBeVisible();
  await expectAccessibleEverywhere(page);
});
