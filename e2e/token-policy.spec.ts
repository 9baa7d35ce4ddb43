import type { Page } from "@playwright/test";
import { expectAccessible } from "./accessible";
import { expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

const save = (page: Page) => page.getByRole("button", { name: "Save", exact: true }).click();

test("the form says which hosts a machine that takes only keys cuts, and saving cuts them", async ({
  page,
  world,
}) => {
  const machine = await world.provisioned("policy");
  const robot = await startRobot(machine);
  await robot.connect("host-with-secret");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  await page.getByLabel("Client authentication").selectOption("Key");
  await expect(page.getByText("1 host will be disconnected")).toBeVisible();
  await page.getByLabel("Allowed scopes").selectOption("these");
  await page.getByLabel("Access token lifetime").fill("25");
  await page.getByLabel("Unit").selectOption("hours");
  await save(page);
  await expect(page.getByText("Tick at least one scope.")).toBeVisible();
  await expect(page.getByText("Enter a time from 60 seconds to 24 hours, or nothing.")).toBeVisible();
  await expect(page.getByLabel("Access token lifetime")).toBeFocused();
  await expectAccessible(page);
  await page.getByLabel("Access token lifetime").fill("2");
  await page.getByLabel("OR.Robots").check();
  await save(page);
  await expect(page.getByText("1 host disconnected: host-with-secret.").first()).toBeVisible();
  expect((await robot.call("GET", "me")).status).toBe(401);
  await expect(startRobot(machine)).rejects.toMatchObject({ status: 401 });
  await page.reload();
  await expect(page.getByLabel("Client authentication")).toHaveValue("Key");
  await expect(page.getByLabel("Access token lifetime")).toHaveValue("2");
  await expect(page.getByLabel("Unit")).toHaveValue("hours");
});

test("the tenant's defaults hold for machines that say nothing, and say so in their forms", async ({
  page,
  world,
}) => {
  const machine = await world.provisioned("follower");
  await (await startRobot(machine)).connect("host-of-follower");
  await signIn(page, world.admin);
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByLabel("Access token lifetime").fill("15");
  await page.getByLabel("Client authentication").selectOption("Key");
  await expect(page.getByText("host-of-follower")).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel("Client authentication").selectOption("Any");
  await expect(page.getByText("host-of-follower")).toBeHidden();
  await save(page);
  await expect(page.getByText("Saved.").first()).toBeVisible();
  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  await expect(page.getByLabel("Access token lifetime")).toHaveAttribute(
    "placeholder",
    "15 minutes (tenant default)",
  );
});

test("a viewer sees what holds and changes nothing", async ({ page, world }) => {
  const machine = await world.provisioned("seen");
  await signIn(page, await world.person("Viewer"));
  await page.goto(`/tenants/${world.slug}/settings`);
  await expect(page.getByText("Client secret or key")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save" })).toBeHidden();
  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  await expect(page.getByText("Client secret or key (tenant default)")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add key" })).toBeHidden();
});

test("a secret is added with a name and an end, and the list warns before it comes", async ({
  page,
  world,
}) => {
  const machine = await world.provisioned("named");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  await page.getByRole("button", { name: "Add with name or expiry" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByLabel("Name").fill("Night shift");
  await dialog.getByLabel("Expires").selectOption("at");
  const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16);
  await dialog.getByLabel("Date and time").fill(at(-1));
  await dialog.getByRole("button", { name: "Add client secret" }).click();
  await expect(dialog.getByText("Choose a time in the future.")).toBeVisible();
  await dialog.getByLabel("Date and time").fill(at(5.5));
  await dialog.getByRole("button", { name: "Add client secret" }).click();
  const clientSecret = await dialog.getByRole("textbox", { name: "Client secret" }).inputValue();
  await page.getByLabel("I have stored the client secret").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("row", { name: /Night shift/ })).toContainText("Expires in 5 days");
  await startRobot({ clientId: machine.clientId, clientSecret });
  await page.getByRole("link", { name: "Machines" }).first().click();
  await expect(page.getByRole("row", { name: "named" })).toContainText("2 secrets");
});
