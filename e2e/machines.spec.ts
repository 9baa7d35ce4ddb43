import { database } from "@/lib/db";
import { expect, signIn, test, type World } from "./fixtures";

/** Rows straight into the table: the list is what is tested here, not how they came there. */
async function manyMachines(world: World, count: number) {
  await database().prisma.machine.createMany({
    data: Array.from({ length: count }, (_, index) => {
      const name = `robot-${String(index + 1).padStart(4, "0")}`;
      return {
        tenantId: world.tenantId,
        kind: index % 3 === 0 ? ("Standard" as const) : ("Template" as const),
        name,
        nameKey: name,
        clientId: crypto.randomUUID(),
        unattendedRuntimes: 1,
        nonProductionRuntimes: 0,
        testingRuntimes: 0,
        processType: "Any" as const,
        processCompatibility: "Any" as const,
        tags: [],
        createdAt: new Date(Date.now() - index * 60_000),
      };
    }),
  });
}

test("an empty tenant leads to its first machine", async ({ page, world }) => {
  await signIn(page, world.admin);
  await expect(page.getByRole("heading", { name: "Machines", exact: true })).toBeVisible();
  await page
    .getByRole("main")
    .getByRole("link", { name: /machine template/i })
    .click();
  await expect(page.getByRole("button", { name: "Provision" })).toBeVisible();
});

test("among five thousand machines one is found, and the address remembers how", async ({ page, world }) => {
  await manyMachines(world, 5_000);
  await signIn(page, world.admin);
  await expect(page.getByText("1–25 of 5,000")).toBeVisible();
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("26–50 of 5,000")).toBeVisible();
  await page.getByLabel("Search machines").fill("robot-4321");
  await expect(page.getByRole("row", { name: "robot-4321" })).toBeVisible();
  await expect(page.getByText("1–1 of 1")).toBeVisible();
  await expect(page).toHaveURL(/robot-4321/);
  await page.reload();
  await expect(page.getByLabel("Search machines")).toHaveValue("robot-4321");
  await page.getByLabel("Search machines").fill("no such machine");
  await page.getByRole("link", { name: "Clear filters" }).click();
  await expect(page.getByText("1–25 of 5,000")).toBeVisible();
  await page.getByLabel("Type").selectOption({ label: "Standard" });
  await expect(page.getByText("1–25 of 1,667")).toBeVisible();
  await page.getByRole("columnheader", { name: "Name" }).getByRole("link").click();
  await expect(page.getByRole("row").nth(1)).toContainText("robot-4999");
});

test("more machines than are counted are read from both ends", async ({ page, world }) => {
  await manyMachines(world, 10_030);
  await signIn(page, world.admin);
  const pages = page.getByRole("navigation", { name: "Pages", exact: true });
  const first = page.getByRole("row").nth(1);
  await expect(page.getByText("1–25 of more than 10,000")).toBeVisible();
  await pages.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("26–50 of more than 10,000")).toBeVisible();
  await expect(first).toContainText("robot-0026");
  await page.reload();
  await expect(first).toContainText("robot-0026");
  await pages.getByRole("link", { name: "Last page" }).click();
  await expect(page.getByText("last page of more than 10,000")).toBeVisible();
  await expect(page.getByRole("row").last()).toContainText("robot-9999");
  await pages.getByRole("link", { name: "Previous page" }).click();
  await expect(page.getByText("page 2 from the end of more than 10,000")).toBeVisible();
  await expect(page.getByRole("row").last()).toContainText("robot-9974");
  await pages.getByRole("link", { name: "First page" }).click();
  await expect(page.getByText("1–25 of more than 10,000")).toBeVisible();
});

test("a wrong field says so at its place, and keeps everything that was typed", async ({ page, world }) => {
  await world.provisioned("Anvil");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/new?type=template`);
  await page.getByLabel("Description").fill("kept");
  await page.getByLabel("Unattended").fill("1001");
  await page.getByRole("button", { name: "Provision" }).click();
  await expect(page.getByText("Enter a name.")).toBeVisible();
  await expect(page.getByText("Enter a whole number from 0 to 1000.")).toBeVisible();
  await expect(page.getByLabel("Name")).toBeFocused();
  await page.getByLabel("Unattended").fill("3");
  await page.getByLabel("Name").fill("ANVIL");
  await page.getByRole("button", { name: "Provision" }).click();
  await expect(
    page.getByText("A machine named “ANVIL” already exists in this tenant.").first(),
  ).toBeVisible();
  await expect(page.getByLabel("Description")).toHaveValue("kept");
  await expect(page.getByLabel("Unattended")).toHaveValue("3");
});

test("a double click on Provision makes one machine with one secret", async ({ page, world }) => {
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/new?type=template`);
  await page.getByLabel("Name").fill("twin");
  await page.getByRole("button", { name: "Provision" }).dblclick();
  await expect(page.getByRole("alertdialog").getByRole("textbox", { name: "Client secret" })).toBeVisible();
  const { prisma } = database();
  expect(await prisma.machine.count({ where: { tenantId: world.tenantId } })).toBe(1);
  expect(await prisma.credential.count({ where: { tenantId: world.tenantId } })).toBe(1);
});

test("the second save of a stale form is told so, and overwrites nothing", async ({
  page,
  world,
  browser,
}) => {
  const { machineId } = await world.provisioned("loom");
  const address = `/tenants/${world.slug}/machines/${machineId}/edit`;
  const colleague = await (await browser.newContext()).newPage();
  const other = await world.person("Administrator");
  await signIn(page, world.admin);
  await signIn(colleague, other);
  await page.goto(address);
  await colleague.goto(address);
  await colleague.getByLabel("Description").fill("first");
  await colleague.getByRole("button", { name: "Save" }).click();
  await expect(colleague.getByText("Saved").first()).toBeVisible();
  await page.getByLabel("Description").fill("second");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/else saved this machine/).first()).toBeVisible();
  await expect(page.getByLabel("Description")).toHaveValue("second");
  const row = await database().prisma.machine.findUniqueOrThrow({ where: { id: machineId } });
  expect(row.description).toBe("first");
});

test("several ticked machines are deleted together, after a typed confirmation", async ({ page, world }) => {
  for (const name of ["ash", "birch", "cedar"]) await world.provisioned(name);
  await signIn(page, world.admin);
  for (const name of ["ash", "cedar"]) await page.getByRole("row", { name }).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("alertdialog");
  const remove = dialog.getByRole("button", { name: "Delete" });
  await expect(remove).toBeDisabled();
  await dialog.getByRole("textbox").fill("delete 2 machines");
  await remove.click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: "birch" })).toBeVisible();
  await expect(page.getByRole("row", { name: "ash" })).toBeHidden();
});

test("a machine is disabled, says so, and is enabled again", async ({ page, world }) => {
  await world.provisioned("mill");
  await signIn(page, world.admin);
  const row = page.getByRole("row", { name: "mill" });
  await row.getByRole("button", { name: "More Actions" }).click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Disable" }).click();
  await expect(row).toContainText("Disabled");
  await row.getByRole("button", { name: "More Actions" }).click();
  await page.getByRole("menuitem", { name: "Enable" }).click();
  await expect(row).not.toContainText("Disabled");
});

test("the client ID is copied from the row", async ({ page, world, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { clientId } = await world.provisioned("plane");
  await signIn(page, world.admin);
  await page.getByRole("row", { name: "plane" }).getByRole("button", { name: "More Actions" }).click();
  await page.getByRole("menuitem", { name: "Copy client ID" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(clientId);
});
