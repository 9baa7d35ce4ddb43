import type { BrowserContext, Page } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

declare global {
  interface Window {
    reportViolation(said: string): void;
    ranInline?: boolean;
  }
}

/** Gathers what browsers report of pages that did what their policy forbids. */
async function violationsIn(context: BrowserContext): Promise<string[]> {
  const violations: string[] = [];
  await context.exposeFunction("reportViolation", (said: string) => void violations.push(said));
  await context.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      window.reportViolation(
        `${event.violatedDirective} ${event.blockedURI} ${event.sample} at ${event.documentURI}`,
      ),
    ),
  );
  return violations;
}

/** What a page may do only if its policy has a hole. */
async function tryToInject(page: Page): Promise<boolean> {
  return page.evaluate(async () => {
    const script = document.createElement("div");
    script.innerHTML = '<img src="data:," onerror="window.ranInline = true">';
    document.body.append(script);
    const inline = document.createElement("script");
    inline.textContent = "window.ranInline = true";
    document.body.insertAdjacentHTML("beforeend", inline.outerHTML);
    const parsed = document.createElement("iframe");
    parsed.srcdoc = "<script>parent.ranInline = true</script>";
    const loaded = new Promise((resolve) => parsed.addEventListener("load", resolve));
    document.body.append(parsed);
    await loaded;
    return window.ranInline === true;
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("what a person does breaks no policy: signing in, provisioning, downloading, choosing a theme", async ({
      context,
      page,
      world,
    }) => {
      const violations = await violationsIn(context);
      await signIn(page, world.admin);
      await page.goto(`/tenants/${world.slug}/machines/new?type=template`);
      await page.getByLabel("Name").fill("saw");
      await page.getByRole("button", { name: "Provision" }).click();
      const dialog = page.getByRole("alertdialog");
      await expect(dialog).toBeVisible();
      const download = page.waitForEvent("download");
      await dialog.getByRole("button", { name: /download/i }).click();
      expect((await download).suggestedFilename()).not.toBe("");
      await page.getByLabel("I have stored the client secret").check();
      await dialog.getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: world.admin.email }).click();
      await page.getByRole("menuitemradio", { name: "Dark" }).click();
      await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
      // Shown at once, and kept when the server has answered: a reload before that would be of the page as it was.
      const isKept = async () =>
        (await context.cookies()).some(({ name }) => name.endsWith("latchkey-theme"));
      await expect.poll(isKept).toBe(true);
      await page.reload();
      await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
      expect(violations).toEqual([]);
    });

    test("no page does what its policy forbids", async ({ context, page, world }) => {
      // Twelve pages, each loaded whole.
      const violations = await violationsIn(context);
      await page.goto("/setup#not-a-real-token");
      await expect(page.getByRole("heading", { name: "Set up Latchkey" })).toBeVisible();
      await page.goto("/no-such-page");
      await signIn(page, world.admin);
      const { machineId, ...issued } = await world.provisioned("press");
      const { jobId } = await world.startedJob("invoices");
      const robot = await startRobot(issued);
      await robot.claim(await robot.connect("host-a"));
      for (const place of [
        "machines",
        `machines/${machineId}/edit`,
        "robots",
        "jobs",
        "jobs/new",
        `jobs/${jobId}`,
        "processes",
        "assets",
        "nowhere",
      ]) {
        await page.goto(`/tenants/${world.slug}/${place}`);
        await expect(page.getByRole("heading").first()).toBeVisible();
      }
      expect(violations).toEqual([]);
    });
  });
}

test("what somebody smuggles into a page does not run", async ({ context, page, world, consoleErrors }) => {
  const violations = await violationsIn(context);
  await signIn(page, world.admin);
  expect(await tryToInject(page)).toBe(false);
  await expect.poll(() => violations.length).toBeGreaterThan(0);
  // The browser says so on the console too, which is what this test is about.
  expect(consoleErrors.splice(0).join()).toContain("Content Security Policy");
});

test("no other site can frame a page", async ({ page, consoleErrors }) => {
  const answer = await page.request.get("/sign-in");
  expect(answer.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  await page.goto("about:blank");
  await page.setContent(`<iframe src="${test.info().project.use.baseURL}/sign-in"></iframe>`);
  const [, frame] = page.frames();
  await frame?.waitForLoadState();
  expect(await frame?.locator("body").textContent()).not.toContain("Sign in");
  consoleErrors.splice(0);
});
