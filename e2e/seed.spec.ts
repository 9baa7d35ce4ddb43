import type { Page } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

/** Reads a field of the dialog that shows a new secret. */
const shown = (page: Page, label: string) =>
  page.getByRole("alertdialog").getByRole("textbox", { name: label }).inputValue();

async function readIssued(page: Page) {
  return {
    clientId: await shown(page, "Client ID"),
    clientSecret: await shown(page, "Client secret"),
    secretId: await shown(page, "Secret ID"),
  };
}

/** Says that the secret is stored, and closes the dialog. */
async function close(page: Page) {
  await page.getByLabel("I have stored the client secret").check();
  await page.getByRole("alertdialog").getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("alertdialog")).toBeHidden();
}

async function edit(page: Page, name: string) {
  await page.getByRole("link", { name: "Machines" }).first().click();
  await page.getByRole("row", { name }).getByRole("button", { name: "More Actions" }).click();
  await page.getByRole("menuitem", { name: "Edit Machine" }).click();
  await expect(page.getByRole("heading", { name: "Client secrets" })).toBeVisible();
}

for (const [kind, menuItem] of [
  ["template", "Machine template"],
  ["standard", "Standard machine"],
] as const) {
  test(`generating authorization credentials: a ${kind} machine is provisioned and a robot connects with them`, async ({
    page,
    world,
  }) => {
    await signIn(page, world.admin);
    await page.getByRole("navigation", { name: "Tenant" }).getByRole("link", { name: "Machines" }).click();
    await page.getByRole("button", { name: "Add machine" }).click();
    await page.getByRole("menuitem", { name: menuItem }).click();
    await page.getByLabel("Name").fill("build-07");
    await page.getByLabel("Description").fill("Invoices at night");
    await page.getByRole("button", { name: "Provision" }).click();
    const issued = await readIssued(page);
    await close(page);
    await expect(page.getByRole("row", { name: "build-07" })).toBeVisible();

    const robot = await startRobot(issued);
    await robot.connect("BUILD-07");
    const me = await (await robot.call("GET", "me")).json();
    expect(me).toMatchObject({
      machine: { name: "build-07", clientId: issued.clientId },
      credential: { id: issued.secretId, kind: "Secret" },
    });
  });
}

test("generating new client secrets: the new one works for the same client id and the old one stays valid", async ({
  page,
  world,
}) => {
  const first = await world.provisioned("packer");
  await signIn(page, world.admin);
  await edit(page, "packer");
  await page.getByRole("button", { name: "Add new" }).click();
  const second = await readIssued(page);
  await close(page);
  expect(second.clientId).toBe(first.clientId);
  expect(second.secretId).not.toBe(first.secretId);
  await expect(page.getByRole("row", { name: second.secretId })).toBeVisible();
  await startRobot(first);
  await startRobot(second);
});

test("deleting a client secret disconnects the hosts that use it at once, and no others", async ({
  page,
  world,
}) => {
  const doomed = await world.provisioned("press");
  await signIn(page, world.admin);
  await edit(page, "press");
  await page.getByRole("button", { name: "Add new" }).click();
  const kept = await readIssued(page);
  await close(page);
  const cut = await startRobot(doomed);
  const cutSession = await cut.connect("host-a");
  const untouched = await startRobot(kept);
  const untouchedSession = await untouched.connect("host-b");

  // The host that it connected stands on the page, too, with the secret's id, until the page hears that it is gone.
  const secret = page
    .getByRole("region", { name: "Client secrets" })
    .getByRole("row", { name: doomed.secretId });
  await secret.getByRole("button", { name: "Delete client secret" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("host-a");
  await expect(dialog).not.toContainText("host-b");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/1 host (?:was )?disconnected/)).toBeVisible();

  expect((await cut.call("POST", `sessions/${cutSession}/heartbeat`)).status).toBe(401);
  expect((await cut.call("GET", "me")).status).toBe(401);
  await expect(startRobot(doomed)).rejects.toMatchObject({ status: 401 });
  expect((await untouched.call("POST", `sessions/${untouchedSession}/heartbeat`)).status).toBe(200);
  await expect(secret).toContainText(world.admin.email);
  await expect(secret.getByRole("button", { name: "Delete client secret" })).toBeHidden();
});

test("the last live secret is deleted only when somebody says that this is meant", async ({
  page,
  world,
}) => {
  const only = await world.provisioned("lathe");
  await signIn(page, world.admin);
  await edit(page, "lathe");
  await page.getByRole("button", { name: "Delete client secret" }).click();
  const dialog = page.getByRole("alertdialog");
  await expect(dialog).toContainText("last");
  const remove = dialog.getByRole("button", { name: "Delete", exact: true });
  await expect(remove).toBeDisabled();
  await startRobot(only);
  await dialog.getByRole("checkbox").check();
  await remove.click();
  await expect(dialog).toBeHidden();
  await expect(startRobot(only)).rejects.toMatchObject({ status: 401 });
});
