import { readFileSync } from "node:fs";
import type { Download, Page } from "@playwright/test";
import { parse } from "csv-parse/sync";
import { database } from "@/lib/db";
import { expectAccessible, expectAccessibleEverywhere } from "./accessible";
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
  await expectAccessible(page, "many machines");

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
  await expect(page.getByRole("region", { name: "32 machines, all right so far" })).toContainText("mill-8");
  await expectAccessible(page, "many machines, checked");
  await page.getByRole("button", { name: "Provision 32 machines" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Machines provisioned" });
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

test("ticked machines, and all that match, are rotated, disabled and deleted, and nothing is cut that was not shown", async ({
  page,
  world,
}) => {
  const first = await world.provisioned("ash");
  for (let number = 1; number <= 25; number++) await world.provisioned(`beech-${number}`);
  const last = await world.provisioned("cedar");
  await (await startRobot(first)).connect("host-a");
  await signIn(page, world.admin);
  const dialog = page.getByRole("alertdialog");
  const bar = (name: string) => page.getByRole("button", { name, exact: true });

  for (const name of ["ash", "beech-1"])
    await page
      .getByRole("row", { name: new RegExp(`^${name}\\b`) })
      .getByRole("checkbox")
      .check();
  await bar("Rotate").click();
  await expect(dialog).toContainText("1 connected host to move to the new secrets:host-a");
  await expectAccessibleEverywhere(page, "rotating many");
  await dialog.getByRole("button", { name: "Rotate" }).click();
  const pairs = await takeFile(page);
  expect(pairs.map(({ name }) => name).sort()).toEqual(["ash", "beech-1"]);
  for (const pair of pairs) await startRobot(pair);

  await page
    .getByRole("row", { name: /^ash\b/ })
    .getByRole("checkbox")
    .check();
  await page.getByRole("button", { name: "Select all 27 that match" }).click();
  await expect(page.getByRole("status").filter({ hasText: "27 selected" })).toBeVisible();
  await expectAccessible(page, "all that match");
  await bar("Disable").click();
  await expect(dialog).toContainText("1 host will be disconnected; no job runs there:host-a");
  await (await startRobot(last)).connect("host-b");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Nothing was done: 1 host (host-b)");
  await expect(dialog).toContainText("2 hosts will be disconnected; no job runs there:host-ahost-b");
  await expectAccessible(page, "more would be cut");
  await dialog.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText("Disabled 27 machines; disconnected 2 hosts.").first()).toBeVisible();
  await expect(page.getByRole("row", { name: /^ash\b/ })).toContainText("Disabled");
  await expect(page.getByText("27 selected")).toBeHidden();

  const confirmedAt = new Date(Date.now() - 11 * 60_000);
  await database().prisma.signIn.updateMany({ where: { adminId: world.admin.id }, data: { confirmedAt } });
  await page.getByLabel("Search machines").fill("beech");
  await expect(page.getByRole("row", { name: /^ash\b/ })).toBeHidden();
  await page.getByRole("checkbox", { name: "Tick all on this page" }).check();
  await bar("Delete").click();
  await dialog.getByRole("textbox").fill("delete 25 machines");
  await dialog.getByRole("button", { name: "Delete" }).click();
  const asking = page.getByRole("alertdialog", { name: "Confirm that it is you" });
  await asking.getByLabel("Password").fill(world.admin.password);
  await asking.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Deleted 25 machines.").first()).toBeVisible();
  await expect(page.getByText("No machine matches")).toBeVisible();
});
