import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";

/** Presses Tab until something with that name has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page
    .getByRole("button", { name })
    .or(page.getByRole("link", { name }))
    .or(page.getByLabel(name));
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await wanted.and(page.locator(":focus")).count()) > 0) return;
  }
  throw new Error(`Tab never reaches ${name}`);
}

test("overview, activity, users, audit and settings are used with the keyboard alone", async ({
  page,
  world,
}) => {
  await world.provisioned("by-hand");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}`);
  await tabTo(page, "All activity");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Sign-in activity", level: 1 })).toBeVisible();

  await page.goto(`/tenants/${world.slug}/users`);
  await tabTo(page, "Invite");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog.getByLabel("Email")).toBeFocused();
  await page.keyboard.type(`new-${world.slug}@example.com`);
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("The link is shown only now")).toBeVisible();
  await tabTo(page, "Close");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: new RegExp(`new-${world.slug}`) })).toBeVisible();

  await page.goto(`/tenants/${world.slug}/audit`);
  await tabTo(page, "Verify the chain");
  await page.keyboard.press("Enter");
  await expect(page.getByText(/The chain is intact/)).toBeVisible();

  await page.goto(`/tenants/${world.slug}/settings`);
  await tabTo(page, "Live secrets or keys of a machine");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("5");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Saved.")).toBeVisible();
});
