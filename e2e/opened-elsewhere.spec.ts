import { portalProxy } from "@/test/shipped/portal-proxy";
import { expectAccessible } from "./accessible";
import { expect, test } from "./fixtures";
import { ORIGIN } from "./surroundings";

test.use({ viewport: { width: 390, height: 844 } });

test("behind a proxy that the operator forgot to name, the sign-in page says where it is and where it should be", async ({
  page,
  world,
  consoleErrors,
}) => {
  // It sends its own name as the host, as proxies do that nobody told otherwise.
  const proxy = await portalProxy();
  proxy.passTo(ORIGIN);
  try {
    await page.goto(`${proxy.url}/sign-in`);
    const said = page.getByText("Latchkey's address (ORIGIN) is");
    await expect(said).toContainText(`You opened this page at ${proxy.url}`);
    await expect(said).toContainText(ORIGIN);
    await expectAccessible(page);
    await page.getByLabel("Email").fill(world.admin.email);
    await page.getByLabel("Password", { exact: true }).fill(world.admin.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("The server does not let anybody in at this address.")).toBeVisible();
    await page.goto(`${ORIGIN}/sign-in`);
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    await expect(said).toBeHidden();
  } finally {
    await page.close();
    await proxy.close();
    // What the browser says of the answer that refused the form.
    consoleErrors.splice(0);
  }
});
