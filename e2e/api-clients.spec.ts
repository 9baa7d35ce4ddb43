import { makeApiClientSchema } from "@/lib/api-clients/schema";
import type { Ctx } from "@/lib/ctx";
import { database } from "@/lib/db";
import { makeApiClient } from "@/lib/workflows/manage-api-clients";
import { expectAccessible } from "./accessible";
import { contentOf, expect, signIn, test } from "./fixtures";

test("an API client is made, its secret is seen once, and it is deleted", async ({ page, world }) => {
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/settings`);
  await expect(page.getByText("No API clients yet.")).toBeVisible();
  const dialog = page.getByRole("alertdialog").or(page.getByRole("dialog"));
  await page.getByRole("button", { name: "Make API client" }).click();
  await dialog.getByRole("button", { name: "Make API client" }).click();
  await expect(dialog.getByText("Enter a name.")).toBeVisible();
  await dialog.getByLabel("Name", { exact: true }).fill("Deployments");
  await expectAccessible(page, "the dialog");
  await dialog.getByRole("button", { name: "Make API client" }).click();
  const secret = await dialog.getByLabel("Client secret", { exact: true }).inputValue();
  expect(secret).toMatch(/^lks_/);
  await expect(dialog.getByRole("heading", { name: "Call the admin API" })).toBeVisible();
  await expectAccessible(page, "the secret");
  await dialog.getByLabel("I have stored the client secret").check();
  await dialog.getByRole("button", { name: "Close" }).click();

  await page.getByRole("table", { name: "API clients" }).getByRole("link", { name: "Deployments" }).click();
  await expect(page.getByRole("heading", { name: "Deployments", level: 1 })).toBeVisible();
  expect(await contentOf(page)).not.toContain(secret);
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectAccessible(page, "on a phone");
  await page.getByRole("button", { name: "Delete API client" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page).toHaveURL(`/tenants/${world.slug}/settings`);
  await expect(page.getByText("No API clients yet.")).toBeVisible();
});

test("who takes the installation from somebody says what becomes of the API clients of theirs that manage it", async ({
  page,
  world,
}) => {
  await world.letManageInstallation();
  const { id, email } = await world.person("Administrator");
  const { prisma } = database();
  await prisma.admin.update({ where: { id }, data: { managesInstallation: true } });
  const { tenantId } = world;
  const actor: Ctx["actor"] = {
    kind: "admin",
    id,
    name: email,
    address: null,
    tenantId,
    role: "Administrator",
    managesInstallation: true,
  };
  const input = makeApiClientSchema.parse({ name: "Keys", role: "Viewer", managesInstallation: true });
  const client = await prisma.$transaction((db) => makeApiClient({ db, actor, now: new Date() }, input));
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/users`);
  await page.getByRole("row", { name: email }).getByRole("button", { name: "More Actions" }).click();
  await page.getByRole("menuitem", { name: /installation/ }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Take it" }).click();
  await expect(dialog).toContainText("This person made 1 API client (“Keys”) for the installation.");
  await expectAccessible(page, "the question");
  await dialog.getByLabel("Their API clients").selectOption("lower");
  await dialog.getByRole("button", { name: "Take it" }).click();
  await expect(page.getByText(`${email} no longer manages the installation.`)).toBeVisible();
  const row = await prisma.apiClient.findUniqueOrThrow({ where: { machineId: client.id } });
  expect(row).toMatchObject({ managesInstallation: false, role: "Viewer" });
});
