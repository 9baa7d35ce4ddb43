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
