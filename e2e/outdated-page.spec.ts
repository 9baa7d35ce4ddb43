import { expect, signIn, test } from "./fixtures";

test("a page that is older than the server is told to reload, and keeps what was typed", async ({
  page,
  world,
  consoleErrors,
}) => {
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/new?type=template`);
  // The names of actions follow from the sources; this is how a page of an earlier build asks.
  await page.route("**/machines/new**", (route) => {
    const headers = route.request().headers();
    return "next-action" in headers
      ? route.continue({ headers: { ...headers, "next-action": `40${"0".repeat(40)}` } })
      : route.continue();
  });
  await page.getByLabel("Name").fill("drill");
  await page.getByRole("button", { name: "Provision" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "reload the page" })).toBeVisible();
  await expect(page.getByText("the machine may exist already")).toHaveCount(0);
  await expect(page.getByLabel("Name")).toHaveValue("drill");
  // The browser says so on its console, too.
  expect(consoleErrors.splice(0).join()).toContain("Failed to load resource");
  await page.goto(`/tenants/${world.slug}/machines`);
  await expect(page.getByText("drill")).toHaveCount(0);
});
