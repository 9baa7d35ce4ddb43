import { startLatchkey } from "@/test/shipped/process";
import { expect, fillSilently, test } from "./fixtures";

test("the first start's link makes its holder the first administrator, once", async ({ page, browser }) => {
  const latchkey = await startLatchkey();
  try {
    await latchkey.ready();
    const link = /become the first one at (\S+)/.exec(latchkey.said())?.[1] ?? "";
    expect(link).toContain(`${latchkey.url}/setup#`);

    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(`${latchkey.url}/setup`);
    await expect(stranger.getByRole("button", { name: /set up|create/i })).toBeHidden();

    await page.goto(link);
    await expect(page).toHaveURL(`${latchkey.url}/setup`);
    await fillSilently(page.getByLabel("Email"), "ada@example.com");
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByRole("button", { name: /set up|create/i }).click();
    await expect(page.getByText("Use at least 12 characters.")).toBeVisible();
    await fillSilently(page.getByLabel("Password", { exact: true }), "correct horse battery");
    await page.getByRole("button", { name: /set up|create/i }).click();
    await page.waitForURL(`${latchkey.url}/tenants/default/machines`);
    await expect(page.getByRole("heading", { name: "No machines yet" })).toBeVisible();

    await stranger.goto(link);
    await stranger.getByLabel("Email").fill("eve@example.com");
    await stranger.getByLabel("Password", { exact: true }).fill("correct horse battery");
    await stranger.getByRole("button", { name: /set up|create/i }).click();
    await expect(stranger.getByText(/used already|set up already/).first()).toBeVisible();
  } finally {
    // Nobody is left who would miss the server.
    for (const one of browser.contexts().flatMap((context) => context.pages())) await one.close();
    await latchkey.remove();
  }
});
