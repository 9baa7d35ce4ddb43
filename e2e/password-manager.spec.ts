import type { Page } from "@playwright/test";
import { database } from "@/lib/db";
import { expect, fillSilently, signIn, test } from "./fixtures";

const password = (page: Page) => page.getByLabel("Password", { exact: true });

/** When the page's script has taken over what the server sent. */
const tookOver = (page: Page) =>
  page.waitForFunction(() => {
    const form = document.querySelector("form");
    return form !== null && Object.keys(form).some((name) => name.startsWith("__reactProps"));
  });

test("what stood in the form before the page's script ran is sent", async ({ page, world }) => {
  let run = () => {};
  const mayRun = new Promise<void>((resolve) => {
    run = resolve;
  });
  await page.route("**/*.js", async (route) => {
    await mayRun;
    await route.continue();
  });
  await page.goto("/sign-in", { waitUntil: "commit" });
  await fillSilently(page.getByLabel("Email"), world.admin.email);
  await fillSilently(password(page), world.admin.password);
  // The browser would send the form by itself, and what stands in it would be lost.
  await expect(page.getByRole("button", { name: "Sign in" })).toBeDisabled();
  run();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/machines/);
});

test("what is filled in without an event is sent, and stays where it is after a refusal", async ({
  page,
  world,
}) => {
  await page.goto("/sign-in");
  await tookOver(page);
  await fillSilently(page.getByLabel("Email"), world.admin.email);
  await fillSilently(password(page), "not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Email or password is wrong.")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(world.admin.email);
  await fillSilently(password(page), world.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/machines/);
});

test("so it is where a password is changed, where somebody confirms who they are, and behind a link", async ({
  page,
  world,
  browser,
}) => {
  const viewer = await world.person("Viewer");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/account`);
  const changed = `${world.admin.password}, changed`;
  await tookOver(page);
  await fillSilently(page.getByLabel("Present password"), world.admin.password);
  await fillSilently(page.getByLabel("New password"), changed);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Password changed.").first()).toBeVisible();
  await expect(page.getByLabel("New password")).toHaveValue("");

  const confirmedAt = new Date(Date.now() - 11 * 60_000);
  await database().prisma.signIn.updateMany({ where: { adminId: world.admin.id }, data: { confirmedAt } });
  await page.goto(`/tenants/${world.slug}/users`);
  await page.getByRole("row", { name: viewer.email }).getByRole("button", { name: "More Actions" }).click();
  await page.getByRole("menuitem", { name: "Make a reset link" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Make the link" }).click();
  const asking = page.getByRole("alertdialog", { name: "Confirm that it is you" });
  await fillSilently(password(page), changed);
  await asking.getByRole("button", { name: "Confirm" }).click();
  const link = await page.getByRole("textbox", { name: "Reset link" }).inputValue();

  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(link);
  await fillSilently(fresh.getByLabel("New password"), "another horse battery");
  await fresh.getByRole("button", { name: "Set password" }).click();
  await fresh.waitForURL(`/tenants/${world.slug}/machines`);
});
