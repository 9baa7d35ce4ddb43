import type { Page } from "@playwright/test";
import { database } from "@/lib/db";
import { expectAccessible } from "./accessible";
import { contentOf, expect, signIn, test } from "./fixtures";

const PASSWORD = "correct horse battery";

/** Makes an invite on the Users page and gives its link. */
async function invite(page: Page, slug: string, email: string, role: string): Promise<string> {
  await page.goto(`/tenants/${slug}/users`);
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Email").fill(email);
  await dialog.getByLabel("Role").selectOption(role);
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await dialog.getByLabel("Invite link", { exact: true }).inputValue();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  return link;
}

const choose = async (page: Page, email: string, deed: string) => {
  await page.getByRole("row", { name: email }).getByRole("button", { name: "More Actions" }).click();
  await page.getByRole("menuitem", { name: deed }).click();
};

test("somebody is invited by a link, makes an account, and is then disabled and removed", async ({
  page,
  world,
  browser,
}) => {
  const email = `guest-${world.slug}@example.com`;
  await signIn(page, world.admin);
  await page.getByRole("link", { name: "Users" }).click();
  await expect(page.getByRole("row", { name: world.admin.email })).toContainText("(you)");
  const link = await invite(page, world.slug, email, "Operator");
  expect(link).toMatch(/\/invite#[\w-]{43}$/);
  await expect(page.getByRole("table", { name: "Pending invites" })).toContainText(email);
  await page.reload();
  expect(await contentOf(page)).not.toContain(link.split("#")[1]);

  const guest = await (await browser.newContext()).newPage();
  await guest.goto(link);
  await expect(guest).toHaveURL(/\/invite$/);
  await expect(guest.getByText(`Tenant ${world.slug}`)).toBeVisible();
  await expectAccessible(guest);
  await guest.getByLabel("New password").fill("short");
  await guest.getByRole("button", { name: "Create account and join" }).click();
  await expect(guest.getByText("Use at least 12 characters.")).toBeVisible();
  await guest.getByLabel("New password").fill(PASSWORD);
  await guest.getByRole("button", { name: "Create account and join" }).click();
  await guest.waitForURL(`/tenants/${world.slug}/machines`);
  await expect(guest.getByRole("button", { name: "Add machine" })).toBeVisible();
  await expect(guest.getByRole("link", { name: "Users" })).toBeHidden();
  await guest.goto(`/tenants/${world.slug}/users`);
  await expect(guest.getByText("Only administrators of this tenant")).toBeVisible();

  await page.reload();
  await expect(page.getByText("None. An invite stands here")).toBeVisible();
  await choose(page, email, "Change role");
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Role").selectOption("Viewer");
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(page.getByRole("row", { name: email })).toContainText("Viewer");
  await choose(page, email, "Disable");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByRole("row", { name: email })).toContainText("Disabled");
  await guest.goto(`/tenants/${world.slug}/machines`);
  await expect(guest).toHaveURL(/\/sign-in/);
  await choose(page, email, "Remove from tenant");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: email })).toBeHidden();
  const late = await (await browser.newContext()).newPage();
  await late.goto(link);
  await expect(late.getByText("This invite is no longer valid")).toBeVisible();
});

test("an admin of another tenant accepts with the account they have, signed in or not", async ({
  page,
  world,
  otherWorld,
  browser,
}) => {
  await signIn(page, world.admin);
  const person = await otherWorld.person("Viewer");
  const link = await invite(page, world.slug, person.email, "Viewer");
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(link);
  await expect(guest.getByLabel("Email")).toHaveValue(person.email);
  await guest.getByLabel("Password", { exact: true }).fill(person.password);
  await guest.getByRole("button", { name: "Sign in and join" }).click();
  await guest.waitForURL(`/tenants/${world.slug}/machines`);

  const other = await otherWorld.person("Viewer");
  const next = await invite(page, world.slug, other.email, "Viewer");
  await guest.goto(next);
  await expect(guest.getByText(`you are signed in as ${person.email}`)).toBeVisible();
  const signedIn = await (await browser.newContext()).newPage();
  await signIn(signedIn, other);
  await signedIn.goto(next);
  await expectAccessible(signedIn);
  await signedIn.getByRole("button", { name: /^Join/ }).click();
  await signedIn.waitForURL(`/tenants/${world.slug}/machines`);
});

test("the last administrator cannot be demoted; an invite can be revoked", async ({
  page,
  world,
  browser,
}) => {
  await signIn(page, world.admin);
  const link = await invite(page, world.slug, "nobody@example.com", "Viewer");
  await choose(page, world.admin.email, "Change role");
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Role").selectOption("Viewer");
  await dialog.getByRole("button", { name: "Change role" }).click();
  await expect(dialog.getByText("This is the last administrator of the tenant.")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Revoke" }).click();
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("None. An invite stands here")).toBeVisible();
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(link);
  await expect(guest.getByText("This invite is no longer valid")).toBeVisible();
  await guest.goto("/reset");
  await expect(guest.getByText("This page needs the reset link")).toBeVisible();
  await expectAccessible(guest);
});

test("a sensitive deed asks for the password when the sign-in is older than ten minutes, and then goes on", async ({
  page,
  world,
}) => {
  await world.person("Viewer");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/users`);
  const confirmedAt = new Date(Date.now() - 11 * 60_000);
  await database().prisma.signIn.updateMany({ where: { adminId: world.admin.id }, data: { confirmedAt } });
  await choose(page, "viewer-", "Disable");
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  const asking = page.getByRole("alertdialog", { name: "Confirm that it is you" });
  await expect(asking.getByLabel("Password", { exact: true })).toBeFocused();
  await expectAccessible(page);
  await page.keyboard.type("not the password");
  await page.keyboard.press("Enter");
  await expect(asking.getByText("This is not your password.")).toBeVisible();
  await asking.getByLabel("Password", { exact: true }).fill(world.admin.password);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alertdialog")).toHaveCount(0);
  await expect(page.getByRole("row", { name: "viewer-" })).toContainText("Disabled");
});

test("an administrator's reset link sets a new password, once, and ends the person's sign-ins", async ({
  page,
  world,
  browser,
}) => {
  const person = await world.person("Viewer");
  const theirs = await (await browser.newContext()).newPage();
  await signIn(theirs, person);
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/users`);
  await choose(page, person.email, "Make a reset link");
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await dialog.getByLabel("Reset link", { exact: true }).inputValue();

  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(link);
  await fresh.getByLabel("New password").fill("another horse battery");
  await expectAccessible(fresh);
  await fresh.getByRole("button", { name: "Set password" }).click();
  await fresh.waitForURL(`/tenants/${world.slug}/machines`);
  await theirs.reload();
  await expect(theirs).toHaveURL(/\/sign-in/);
  await theirs.goto(link);
  await expect(theirs.getByText("This reset link is no longer valid")).toBeVisible();
});

test("people change their password and end their other sign-ins", async ({ page, world, browser }) => {
  await signIn(page, world.admin);
  const elsewhere = await (
    await browser.newContext({ userAgent: "Version/18.5 Safari/605 (Macintosh)" })
  ).newPage();
  await signIn(elsewhere, world.admin);
  await page.getByRole("button", { name: world.admin.email }).click();
  await page.getByRole("menuitem", { name: "Your account" }).click();
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
  const list = page.getByRole("table", { name: "Sign-ins" });
  await expect(list.getByRole("row")).toHaveCount(3);
  await expect(list.getByRole("row").nth(1)).toContainText("This one");
  await expectAccessible(page);
  await list.getByRole("row", { name: "Safari on macOS" }).getByRole("button", { name: "End" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "End sign-in" }).click();
  await expect(list.getByRole("row")).toHaveCount(2);
  await elsewhere.goto(`/tenants/${world.slug}/machines`);
  await expect(elsewhere).toHaveURL(/\/sign-in/);

  await signIn(elsewhere, world.admin);
  await page.getByLabel("Present password").fill("not the password");
  await page.getByLabel("New password").fill("another horse battery");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("This is not your present password.")).toBeVisible();
  await page.getByLabel("Present password").fill(world.admin.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.")).toBeVisible();
  await elsewhere.reload();
  await expect(elsewhere).toHaveURL(/\/sign-in/);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your account" })).toBeVisible();
});
