import { readFileSync } from "node:fs";
import type { Download, Page } from "@playwright/test";
import { parse } from "csv-parse/sync";
import { expectAccessibleEverywhere } from "./accessible";
import { contentOf, expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

type Pair = { readonly name: string; readonly clientId: string; readonly clientSecret: string };

const pairsIn = async (download: Download): Promise<Pair[]> =>
  parse(readFileSync(await download.path()), { columns: true });

/** Downloads the file of the dialog that offers it once, and closes the dialog. */
async function takeFile(page: Page): Promise<Pair[]> {
  const dialog = page.getByRole("alertdialog");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    dialog.getByRole("button", { name: /^Download \d+ secrets?$/ }).click(),
  ]);
  const pairs = await pairsIn(download);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  return pairs;
}

test("many machines are pasted, mended, provisioned and given once", async ({ page, world }) => {
  await world.provisioned("press");
  await signIn(page, world.admin);
  await page.getByRole("button", { name: "Add machine" }).click();
  await page.getByRole("menuitem", { name: "Many" }).click();
  await expect(page.getByRole("heading", { name: "Add many machines" })).toBeVisible();
  await expectAccessibleEverywhere(page, "many machines");

  const lines = Array.from({ length: 30 }, (_, index) => `mill-${index + 1},Standard,1`);
  const text = ["name,kind,unattendedRuntimes", ...lines, "PRESS,Standard,1", "saw,Server,x"].join("\n");
  await page.getByLabel("Machines", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Check" }).click();
  const wrong = page.getByRole("region", { name: "2 lines to mend; nothing was written" });
  await expect(wrong.getByRole("row")).toHaveCount(4);
  await expect(
    wrong.getByRole("row", { name: /^32 name A machine named “PRESS” already exists/ }),
  ).toBeVisible();
  await expect(wrong.getByRole("row", { name: /^33 kind Write one of: Template, Standard/ })).toBeVisible();
  await expect(wrong.getByRole("row", { name: /^33 unattendedRuntimes Enter a whole number/ })).toBeVisible();
  await expectAccessibleEverywhere(page, "many machines with errors");

  await page
    .getByLabel("Machines", { exact: true })
    .fill(text.replace("PRESS", "lathe").replace("Server,x", ",2"));
  await expect(wrong).toBeHidden();
  await page.getByRole("button", { name: "Check" }).click();
  await expect(page.getByRole("region", { name: "32 machines, all right so far" })).toContainText("mill-9");
  await expectAccessibleEverywhere(page, "many machines, checked");
  await page.getByRole("button", { name: "Provision 32 machines" }).click();
  const dialog = page.getByRole("alertdialog", { name: "32 machines provisioned" });
  await expect(dialog).toBeVisible();
  await expectAccessibleEverywhere(page, "secrets of many machines");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog.getByRole("alert")).toContainText("cannot be shown again");

  const pairs = await takeFile(page);
  expect(pairs.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 30 }, (_, index) => `mill-${index + 1}`),
    "lathe",
    "saw",
  ]);
  const [first] = pairs;
  if (!first) throw new Error("an empty file");
  await startRobot(first);
  await expect(page.getByRole("row", { name: "lathe" })).toBeVisible();
  expect(await contentOf(page)).not.toContain(first.clientSecret);
});
