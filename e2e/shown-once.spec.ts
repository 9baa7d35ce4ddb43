import { readFileSync } from "node:fs";
import { database } from "@/lib/db";
import { contentOf, expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";
import { LOG_FILE } from "./surroundings";

/** Every row of every table as text, as somebody with a stolen backup would read it. */
async function wholeDatabase(): Promise<string> {
  const { pool } = database();
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await pool.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      return rows.map(({ text }) => text).join("\n");
    }),
  );
  return texts.join("\n");
}

test("a client secret exists in the one answer that shows it, and nowhere else", async ({ page, world }) => {
  await signIn(page, world.admin);
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  await page.goto(`/tenants/${world.slug}/machines/new?type=template`);
  await page.getByLabel("Name").fill("vault");
  const [answer] = await Promise.all([
    page.waitForResponse(
      (response) => response.request().method() === "POST" && response.url().includes("/machines"),
    ),
    page.getByRole("button", { name: "Provision" }).click(),
  ]);
  const dialog = page.getByRole("alertdialog");
  const secret = await dialog.getByRole("textbox", { name: "Client secret" }).inputValue();
  const clientId = await dialog.getByRole("textbox", { name: "Client ID" }).inputValue();
  expect(secret).toMatch(/^lks_\w+$/);
  expect(answer.headers()["cache-control"]).toContain("no-store");

  await page.keyboard.press("Escape");
  await expect(dialog).toBeVisible();
  await page.mouse.click(5, 5);
  await expect(dialog).toBeVisible();

  await page.getByLabel("I have stored the client secret").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  const robot = await startRobot({ clientId, clientSecret: secret });
  await robot.connect("somewhere");

  const random = secret.split("_").at(-1) ?? secret;
  const nowhere = async (place: string, text: string) => {
    expect(text.includes(random), `the secret is in ${place}`).toBe(false);
  };
  await nowhere("the page after closing", await contentOf(page));
  await page.reload();
  await nowhere("the page after a reload", await contentOf(page));
  await page.goBack();
  await nowhere("the page before", await contentOf(page));
  await nowhere("an address", addresses.join("\n"));
  await nowhere("cookies", JSON.stringify(await page.context().cookies()));
  await nowhere(
    "the browser's storage",
    await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])),
  );
  await nowhere("the database", await wholeDatabase());
  await nowhere("the log", readFileSync(LOG_FILE, "utf8"));
});
