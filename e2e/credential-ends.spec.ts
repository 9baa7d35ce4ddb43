import { expectAccessible } from "./accessible";
import { expect, test } from "./fixtures";
import { dialogOf, openMachine } from "./key-dialog";
import { startRobot } from "./robot";

test("a secret in use gets a name and an end, which says whom it will cut, and loses the end again", async ({
  page,
  world,
}) => {
  const machine = await openMachine(page, world);
  const robot = await startRobot(machine);
  await robot.connect("host-ends");
  const row = page
    .getByRole("table", { name: "Client secrets" })
    .getByRole("row", { name: machine.secretId });

  await row.getByRole("button", { name: "Edit", exact: true }).click();
  await expect(dialogOf(page)).toContainText("Edit client secret");
  await dialogOf(page).getByLabel("Name").fill("Vault of the mill");
  await dialogOf(page).getByLabel("Note").fill("Ask the night shift before it goes.");
  await expect(dialogOf(page)).not.toContainText("host-ends");
  await dialogOf(page).getByLabel("Expires").selectOption("30");
  await expect(dialogOf(page)).toContainText("When it expires, 1 host will be disconnected");
  await expect(dialogOf(page)).toContainText("host-ends");
  await expectAccessible(page);
  await dialogOf(page).getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(`Secret ${machine.secretId} saved.`)).toBeVisible();
  await expect(row).toContainText("Vault of the mill");
  await expect(row).toContainText("Ask the night shift before it goes.");
  await expect(row).not.toContainText("Never expires");
  expect((await robot.call("GET", "me")).status).toBe(200);

  await row.getByRole("button", { name: "Edit", exact: true }).click();
  await dialogOf(page).getByLabel("Expires").selectOption("at");
  await dialogOf(page).getByLabel("Date and time").fill("2020-01-01T10:00");
  await dialogOf(page).getByRole("button", { name: "Save" }).click();
  await expect(dialogOf(page)).toContainText("Choose a time in the future.");
  await dialogOf(page).getByLabel("Expires").selectOption("never");
  await dialogOf(page).getByRole("button", { name: "Save" }).click();
  await expect(row).toContainText("Never expires");
  expect((await robot.call("GET", "me")).status).toBe(200);
});
