import { expectAccessibleEverywhere } from "./accessible";
import { expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

test("every page in front of the sign-in is accessible, and none is wider than its window", async ({
  page,
}) => {
  for (const front of [
    "/sign-in",
    "/setup#not-a-real-token",
    "/no-such-page",
    "/invite#no-such-token",
    "/reset#no-such-token",
    "/second-factor",
    "/docs/api",
    // The others are of the same parts.
    "/docs/api/robot-sessions",
  ]) {
    await page.goto(front);
    await expectAccessibleEverywhere(page, front);
  }
});

test("so is the list of machines with its menus", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
  await signIn(page, world.admin);
  await check("empty list");
  await world.provisioned("saw");
  await world.provisioned("a-very-long-name-".repeat(26));
  await page.reload();
  await check("list");
  await page.getByRole("button", { name: "More Actions" }).first().click();
  await expect(page.getByRole("menu")).toBeVisible();
  await check("row menu");
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await check("delete dialog");
});

test("so is the way to a new machine, and its own page", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
  const { machineId, secretId } = await world.provisioned("saw");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/new?type=standard`);
  await check("new machine");
  await page.getByRole("button", { name: "Provision" }).click();
  await expect(page.getByText("Enter a name.")).toBeVisible();
  await check("new machine with errors");
  await page.getByLabel("Name").fill("drill");
  await page.getByRole("button", { name: "Provision" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await check("issued secret");
  await page.goto(`/tenants/${world.slug}/machines/${machineId}/edit`);
  await check("edit machine");
  await page.getByRole("button", { name: "Delete client secret" }).first().click();
  await expect(page.getByRole("alertdialog")).toContainText(secretId);
  await check("delete secret dialog");
});

test("so is every page and dialog of processes and assets", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
  await signIn(page, world.admin);
  for (const place of ["processes", "assets"]) {
    await page.goto(`/tenants/${world.slug}/${place}`);
    await check(`empty ${place}`);
  }
  const dialog = page.getByRole("alertdialog");
  await page.goto(`/tenants/${world.slug}/assets`);
  await page.getByRole("button", { name: "Add asset" }).click();
  await dialog.getByLabel("Name").fill("login-".repeat(33));
  await dialog.getByLabel("Type").selectOption("Credential");
  await dialog.getByRole("button", { name: "Add asset" }).click();
  await expect(dialog.getByText("Enter a user name.")).toBeVisible();
  await check("add asset with an error");
  await dialog.getByLabel("User name").fill("robot");
  await dialog.getByLabel("Password", { exact: true }).fill("unseen");
  await dialog.getByRole("button", { name: "Add asset" }).click();
  await expect(dialog).toBeHidden();
  await check("assets");
  await page.goto(`/tenants/${world.slug}/processes`);
  await page.getByRole("button", { name: "Add process" }).click();
  await dialog.getByLabel("Name").fill("invoices".repeat(25));
  await check("add process");
  await dialog.getByRole("button", { name: "Add process" }).click();
  await expect(dialog).toBeHidden();
  await check("processes");
});

test("so is the settings page with its dialogs", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/settings`);
  await check("settings to look at");
  await world.letManageInstallation();
  await page.reload();
  await check("settings");
  const dialog = page.getByRole("alertdialog");
  await page.getByRole("button", { name: "Import key" }).click();
  await dialog.getByLabel("Private key (JWK)").fill('{"kty":"oct"}');
  await dialog.getByRole("button", { name: "Import key" }).click();
  await expect(dialog.getByText("That is a symmetric key.")).toBeVisible();
  await check("import key with an error");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page
    .getByRole("row", { name: /Active/ })
    .getByRole("button", { name: "Withdraw" })
    .click();
  await expect(dialog.getByLabel("Withdraw the active key")).toBeVisible();
  await check("withdraw key dialog");
});

test("so is every page and dialog of users and the account", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
  await signIn(page, world.admin);
  await world.person("Viewer");
  await page.goto(`/tenants/${world.slug}/users`);
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Email").fill(`${"guest-".repeat(30)}@example.com`);
  await dialog.getByRole("button", { name: "Make the link" }).click();
  await expect(dialog.getByLabel("Invite link", { exact: true })).toBeVisible();
  await check("issued link");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
  await check("users with an invite");
  await page.getByRole("button", { name: "More Actions" }).last().click();
  await expect(page.getByRole("menu")).toBeVisible();
  await check("user menu");
  await page.goto(`/tenants/${world.slug}/account`);
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByRole("button", { name: "Turn on" })).toBeVisible();
  await check("account with a second factor to set up");
});

test("so is a job's page while it waits and runs", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
  await signIn(page, world.admin);
  const { jobId } = await world.startedJob("invoices".repeat(25));
  await page.goto(`/tenants/${world.slug}/jobs/new`);
  await expect(page.getByLabel("Input")).toHaveValue("{}");
  await check("start job");
  await page.goto(`/tenants/${world.slug}/jobs/${jobId}`);
  await expect(page.getByText("No host is connected")).toBeVisible();
  await check("pending job");
  const robot = await startRobot(await world.provisioned("loom"));
  await robot.claim(await robot.connect("a-very-long-host-name-".repeat(8)));
  await robot.report(jobId, { progress: 40, message: "Row 4 of 10", output: { row: "x".repeat(300) } });
  await expect(page.getByText("Row 4 of 10")).toBeVisible();
  await check("running job");
  await page.getByRole("button", { name: "Kill" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await check("kill dialog");
});

test("so are the lists of robots and jobs", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
  await signIn(page, world.admin);
  for (const place of ["robots", "jobs"]) {
    await page.goto(`/tenants/${world.slug}/${place}`);
    await check(`empty ${place}`);
  }
  await world.startedJob("invoices".repeat(25));
  const robot = await startRobot(await world.provisioned("loom"));
  await robot.claim(await robot.connect("a-very-long-host-name-".repeat(8)));
  await page.goto(`/tenants/${world.slug}/jobs`);
  await check("jobs");
  await page.goto(`/tenants/${world.slug}/robots`);
  await check("robots");
  await page.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByRole("alertdialog")).toContainText("1 running job will be stopped");
  await check("disconnect dialog");
});

test("a machine is provisioned with the keyboard alone", async ({ page, world }) => {
  await page.goto("/sign-in");
  await page.getByLabel("Email").focus();
  await page.keyboard.type(world.admin.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(world.admin.password);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/machines$/);
  await page.getByRole("button", { name: "Add machine" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Machine template" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: "Standard machine" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Provision" })).toBeVisible();
  await page.getByLabel("Name").focus();
  await page.keyboard.type("by-hand");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toBeVisible();
  const focusIsInside = () =>
    dialog.evaluate((element) => element.contains(element.ownerDocument.activeElement));
  for (let presses = 0; presses < 20; presses += 1) {
    expect(await focusIsInside()).toBe(true);
    await page.keyboard.press("Tab");
  }
  await page.getByLabel("I have stored the client secret").focus();
  await page.keyboard.press("Space");
  await dialog.getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row", { name: "by-hand" })).toBeVisible();
});
