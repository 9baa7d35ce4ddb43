import { expectAccessible } from "./accessible";
import { expect, test } from "./fixtures";
import { dialogOf, openMachine } from "./key-dialog";
import { startRobot } from "./robot";

test("a secret is disabled with a reason, its robot refused and told of in Activity, and enabled again", async ({
  page,
  world,
}) => {
  const machine = await openMachine(page, world);
  const robot = await startRobot(machine);
  await robot.connect("host-off");
  const row = page
    .getByRole("table", { name: "Client secrets" })
    .getByRole("row", { name: machine.secretId });
  const choose = async (item: string) => {
    await row.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };

  await choose("Disable…");
  await expect(dialogOf(page)).toContainText("1 host will be disconnected");
  await expect(dialogOf(page)).toContainText("host-off");
  await dialogOf(page).getByLabel("Reason").fill("Seen in a build log.");
  await dialogOf(page).getByRole("button", { name: "Disable" }).click();
  await expect(dialogOf(page)).toContainText("This is the last live client secret");
  await expectAccessible(page);
  await dialogOf(page).getByRole("checkbox").check();
  await dialogOf(page).getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText(`Secret ${machine.secretId} disabled. 1 host disconnected`)).toBeVisible();
  await expect(row).toContainText("Disabled");
  await expect(row).toContainText(`by ${world.admin.email}`);
  await expect(row).toContainText("Seen in a build log.");
  await expect(page.getByText("0 of 10 live, 1 disabled")).toBeVisible();
  await expectAccessible(page);
  expect((await robot.call("GET", "me")).status).toBe(401);
  await expect(startRobot(machine)).rejects.toThrow();

  const told = page.getByText("The secret or key is disabled");
  await expect
    .poll(async () => {
      await page.goto(`/tenants/${world.slug}/activity`);
      return told.count();
    })
    .toBeGreaterThan(0);
  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  await choose("Enable…");
  await dialogOf(page).getByRole("button", { name: "Enable" }).click();
  await expect(row).not.toContainText("Disabled");
  expect((await (await startRobot(machine)).call("GET", "me")).status).toBe(200);
});

test("rules of use say what they would have refused, and refuse it", async ({ page, world }) => {
  const machine = await openMachine(page, world);
  await startRobot(machine);
  const row = page
    .getByRole("table", { name: "Client secrets" })
    .getByRole("row", { name: machine.secretId });
  const open = async () => {
    await row.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Rules of use…" }).click();
  };
  const save = () => dialogOf(page).getByRole("button", { name: "Save" }).click();
  const addresses = () => dialogOf(page).getByLabel("Only from these addresses");

  await open();
  await expect(dialogOf(page)).toContainText("You are seen at");
  await addresses().fill("10.1.2.3/8");
  await expect(dialogOf(page)).toContainText("write 10.0.0.0/8");
  await addresses().fill("10.0.0.0/8");
  await expect(dialogOf(page)).toContainText("Would have been refused in the last 30 days: 1 address");
  await expectAccessible(page);
  await save();
  await expect(dialogOf(page)).toContainText("Confirm that you mean it.");
  await dialogOf(page).getByRole("checkbox").check();
  await dialogOf(page).getByLabel("Token purchases").fill("many");
  await save();
  await expect(dialogOf(page)).toContainText("Enter a whole number from 1 to 1,000,000, or nothing.");
  await dialogOf(page).getByLabel("Token purchases").fill("2");
  await save();
  await expect(row).toContainText("Only from 10.0.0.0/8");
  await expect(row).toContainText("0 of 2 purchases");
  await expectAccessible(page);
  await expect(startRobot(machine)).rejects.toThrow();

  await open();
  await addresses().fill("");
  await save();
  await expect(row).not.toContainText("Only from");
  expect((await (await startRobot(machine)).call("GET", "me")).status).toBe(200);
  await page.reload();
  await expect(row).toContainText("1 of 2 purchases");
});
