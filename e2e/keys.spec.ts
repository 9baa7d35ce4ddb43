import { readFileSync } from "node:fs";
import { contentOf, expect, test } from "./fixtures";
import { dialogOf, makePair, newPair, openAddKey, openMachine, shown, tab } from "./key-dialog";
import { startRobot, startRobotWithKey } from "./robot";

test("a public key is pasted, a robot that signs with its private half connects, and is cut when the key is deleted", async ({
  page,
  world,
}) => {
  const machine = await openMachine(page, world);
  const pair = newPair();
  await openAddKey(page);
  await dialogOf(page).getByLabel("Name").fill("Vault of the mill");
  await dialogOf(page).getByRole("textbox", { name: "Public key" }).fill(pair.publicKey);
  await dialogOf(page).getByLabel("Expires").selectOption("90");
  await dialogOf(page).getByRole("button", { name: "Add key" }).click();
  await expect(dialogOf(page)).toContainText("Key added");
  const keyId = await shown(page, "Key ID");
  await expect(dialogOf(page)).toContainText(`LATCHKEY_PRIVATE_KEY_FILE=latchkey-${keyId}.pem`);
  await dialogOf(page).getByRole("button", { name: "Close" }).click();

  const row = page.getByRole("table", { name: "Keys" }).getByRole("row", { name: keyId });
  await expect(row).toContainText("Vault of the mill");
  await expect(row).toContainText("ES256");
  const client = { clientId: machine.clientId, keyId, privateKey: pair.privateKey };
  const robot = await startRobotWithKey(client);
  const sessionId = await robot.connect("host-k");
  const untouched = await startRobot(machine);
  await untouched.connect("host-s");

  await row.getByRole("button", { name: "Delete key" }).click();
  await expect(dialogOf(page)).toContainText("host-k");
  await expect(dialogOf(page)).not.toContainText("host-s");
  await dialogOf(page).getByRole("button", { name: "Delete", exact: true }).click();
  await expect(page.getByText(/1 host (?:was )?disconnected/)).toBeVisible();
  await expect(row).toContainText("Deleted");
  expect((await robot.call("POST", `sessions/${sessionId}/heartbeat`)).status).toBe(401);
  await expect(startRobotWithKey(client)).rejects.toMatchObject({ status: 401 });
  expect((await untouched.call("GET", "me")).status).toBe(200);
});

for (const algorithm of ["ES256", "EdDSA", "RS256"] as const) {
  test(`a pair is made in the browser (${algorithm}), its private half is never sent, and it buys a token`, async ({
    page,
    world,
  }) => {
    const machine = await openMachine(page, world);
    const sent: string[] = [];
    page.on("request", (request) => sent.push(`${request.url()} ${request.postData() ?? ""}`));
    const made = await makePair(page, "Made here", algorithm);
    expect(made.clientId).toBe(machine.clientId);
    expect(made.fileName).toBe(`latchkey-${made.keyId}.pem`);
    expect(made.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n[\w+/=\n]+-----END PRIVATE KEY-----\n$/);
    await dialogOf(page).getByRole("button", { name: "Close" }).click();
    await expect(dialogOf(page)).toBeHidden();

    const robot = await startRobotWithKey({ ...made, algorithm });
    expect(await (await robot.call("GET", "me")).json()).toMatchObject({
      credential: { id: made.keyId, kind: "Key" },
    });
    const line = made.privateKey.split("\n").at(-3) ?? "";
    expect(sent.join("\n")).not.toContain(line);
    expect(sent.join("\n")).not.toContain('\\"d\\"');
    expect(await contentOf(page)).not.toContain(line);
  });
}

test("the private key must be stored before its dialog closes", async ({ page, world }) => {
  await openMachine(page, world);
  await openAddKey(page);
  await tab(page, "Make a key pair here").click();
  await dialogOf(page).getByLabel("Name").fill("Once");
  await dialogOf(page).getByRole("button", { name: "Make key pair" }).click();
  await expect(dialogOf(page)).toContainText("New key pair");
  await page.keyboard.press("Escape");
  await expect(dialogOf(page)).toContainText("Download the private key first");
  await expect(dialogOf(page).getByLabel("I have stored the private key")).toBeFocused();
  await page.keyboard.press("Space");
  await dialogOf(page).getByRole("button", { name: "Close" }).click();
  await expect(dialogOf(page)).toBeHidden();
});

test("when the answer to a new pair is lost, the next try still ends with its private key", async ({
  page,
  world,
  consoleErrors,
}) => {
  const machine = await openMachine(page, world);
  await openAddKey(page);
  await tab(page, "Make a key pair here").click();
  await dialogOf(page).getByLabel("Name").fill("Half lost");
  let isLost = false;
  await page.route("**/edit", async (route) => {
    if (isLost || route.request().method() !== "POST") return route.continue();
    isLost = true;
    await route.fetch();
    return route.abort();
  });
  await dialogOf(page).getByRole("button", { name: "Make key pair" }).click();
  await expect(dialogOf(page)).toContainText("The server did not answer");
  await dialogOf(page).getByRole("button", { name: "Make key pair" }).click();
  const button = dialogOf(page).getByRole("button", { name: "Download private key" });
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const keyId = await shown(page, "Key ID");
  const privateKey = readFileSync(await download.path(), "utf8");
  await startRobotWithKey({ clientId: machine.clientId, keyId, privateKey });
  // The browser says so when an answer is lost.
  expect(consoleErrors.splice(0)).toEqual(["Failed to load resource: net::ERR_FAILED"]);
});
