import { expectAccessible } from "./accessible";
import { expect, test } from "./fixtures";
import { dialogOf, openMachine, shown } from "./key-dialog";
import { startRobot } from "./robot";

test("a secret is rotated: hosts move one by one, and the old one ends with the last", async ({
  page,
  world,
}) => {
  const machine = await openMachine(page, world);
  const old = await startRobot(machine);
  for (const hostName of ["mill-1", "mill-2"]) await old.connect(hostName);
  const table = page.getByRole("table", { name: "Client secrets" });
  const row = table.getByRole("row", { name: machine.secretId });

  await row.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Rotate…" }).click();
  const dialog = dialogOf(page);
  await expect(dialog).toContainText("Both work until the old one ends.");
  await dialog.getByLabel("The old one ends").selectOption("Now");
  await expect(dialog).toContainText("2 hosts will be disconnected");
  await dialog.getByLabel("The old one ends").selectOption("At a date and time…");
  await dialog.getByLabel("Date and time").fill("2020-01-01T10:00");
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await expect(dialog).toContainText("Choose a time in the future");
  await dialog.getByLabel("The old one ends").selectOption("When every host has moved");
  await dialog.getByLabel("At the latest").fill("");
  await dialog.getByLabel("Show it to me, too").check();
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Rotate" }).click();
  const secret = { clientId: machine.clientId, clientSecret: await shown(page, "Client secret") };
  await dialog.getByLabel("I have stored the client secret").check();
  await dialog.getByRole("button", { name: "Close" }).click();

  const rotation = page.getByRole("region", { name: "Rotation of" });
  await expect(rotation).toContainText("0 of 2 hosts moved");
  await expect(rotation.getByRole("row", { name: "mill-2" })).toBeVisible();
  await row.getByRole("link", { name: "Being rotated" }).click();
  await expect(rotation).toBeInViewport();
  const { width = 1280, height = 720 } = page.viewportSize() ?? {};
  for (const size of [
    { width, height },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    await expectAccessible(page);
    await rotation.scrollIntoViewIfNeeded();
  }
  await page.setViewportSize({ width, height });

  await (await startRobot(secret)).connect("mill-1");
  await expect(rotation).toContainText("1 of 2 hosts moved");
  await rotation.getByRole("button", { name: "End the old one now" }).click();
  await expect(dialog).toContainText("1 host will be disconnected");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Back" }).click();
  await rotation.getByRole("button", { name: "Cancel rotation" }).click();
  await dialog.getByLabel("Delete the new one").check();
  await expect(dialog).toContainText("mill-1");
  await expectAccessible(page);
  await dialog.getByRole("button", { name: "Back" }).click();

  await (await startRobot(secret)).connect("mill-2");
  await expect(rotation).toBeHidden();
  await expect(row).toContainText("Expired");
  await expect(startRobot(machine)).rejects.toThrow();
});
