import { expect, signIn, test } from "./fixtures";

test("a tenant is created with an address from its name, and renamed; the address stays", async ({
  page,
  world,
  otherWorld,
}) => {
  await world.letManageInstallation();
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/settings`);
  const dialog = page.getByRole("alertdialog");
  const row = (name: string) =>
    page.getByRole("table", { name: "Tenants" }).getByRole("row", { name: new RegExp(name) });
  const slug = `büro-${world.slug}`.replace("ü", "u");

  await page.getByRole("button", { name: "Create tenant" }).click();
  await dialog.getByLabel("Name").fill(`Büro ${world.slug}`);
  await expect(dialog.getByLabel("Address")).toHaveValue(slug);
  await dialog.getByLabel("Address").fill(otherWorld.slug);
  await dialog.getByRole("button", { name: "Create tenant" }).click();
  await expect(dialog.getByText(/another tenant|already/i)).toBeVisible();
  await expect(dialog.getByLabel("Name")).toHaveValue(`Büro ${world.slug}`);
  await dialog.getByLabel("Address").fill(slug);
  await dialog.getByRole("button", { name: "Create tenant" }).click();
  await expect(dialog).toBeHidden();

  await row(slug).getByRole("button", { name: "Rename" }).click();
  await dialog.getByLabel("Name").fill("Finance");
  await dialog.getByRole("button", { name: "Rename" }).click();
  await expect(dialog).toBeHidden();
  await row(slug).getByRole("link", { name: "Finance" }).click();
  await expect(page).toHaveURL(new RegExp(`/tenants/${slug}/machines`));
  await expect(page.getByRole("heading", { name: "Machines", level: 1 })).toBeVisible();
});

test("limits are saved, said where they hold, and kept from what is no number", async ({ page, world }) => {
  const machine = await world.provisioned("Kettle");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/settings`);
  const limits = page.getByRole("region", { name: "Limits" });
  const save = limits.getByRole("button", { name: "Save limits" });

  await limits.getByLabel("Machines").fill("many");
  await save.click();
  await expect(limits.getByText(/whole number from 1 to 1,000,000/)).toBeVisible();
  await expect(limits.getByLabel("Machines")).toBeFocused();
  await limits.getByLabel("Machines").fill("1");
  await limits.getByLabel("Live secrets or keys of a machine").fill("2");
  await limits.getByLabel("Days until a secret or key expires").fill("45");
  await save.click();
  await expect(page.getByText("Saved.")).toBeVisible();

  await page.goto(`/tenants/${world.slug}/machines/new`);
  await page.getByLabel("Name", { exact: true }).fill("One too many");
  await page.getByRole("button", { name: "Provision" }).click();
  await expect(
    page.getByRole("alert").filter({ hasText: "has 1 machine and allows itself 1" }),
  ).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("One too many");

  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  await expect(page.getByText("1 of 2 live")).toBeVisible();
  await page.getByRole("button", { name: "Add with name or expiry…" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByLabel("Expires")).toContainText("In 45 days, the most");
  await dialog.getByRole("button", { name: "Add client secret" }).click();
  await expect(page.getByText(/It stops working on .*UTC/)).toBeVisible();
});

test("what happens to a reported secret is chosen, and the next report does it", async ({ page, world }) => {
  const machine = await world.provisioned("Kettle");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/settings`);
  const leaks = page.getByRole("region", { name: "Leaked secrets" });
  await expect(leaks.getByLabel("Disable it at once")).toBeChecked();
  await leaks.getByLabel("Only tell").check();
  await leaks.getByRole("button", { name: "Save choice" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await page.reload();
  await expect(leaks.getByLabel("Only tell")).toBeChecked();
  const answer = await page.request.post("/api/identity/leaks", { data: { token: machine.clientSecret } });
  expect([answer.status(), await answer.json()]).toEqual([202, {}]);
  await page.goto(`/tenants/${world.slug}/audit`);
  await expect(async () => {
    await page.reload();
    await expect(page.getByText("reported it as leaked")).toBeVisible({ timeout: 1_000 });
  }).toPass();
});
