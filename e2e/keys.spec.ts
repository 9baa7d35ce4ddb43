import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, signIn, test, type World } from "./fixtures";
import { startRobot, startRobotWithKey } from "./robot";

const dialogOf = (page: Page) => page.getByRole("alertdialog");
const tab = (page: Page, name: string) => dialogOf(page).getByRole("tab", { name });
const shown = (page: Page, label: string) =>
  dialogOf(page).getByRole("textbox", { name: label, exact: true }).inputValue();

/** A P-256 pair as somebody makes it on a robot's host. */
const newPair = () =>
  generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

async function openMachine(page: Page, world: World) {
  const machine = await world.provisioned("signer");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  return machine;
}

async function openAddKey(page: Page) {
  await page.getByRole("button", { name: "Add key" }).click();
  await expect(dialogOf(page)).toContainText("private_key_jwt");
}

async function makePair(page: Page, name: string, algorithm?: string) {
  await openAddKey(page);
  await tab(page, "Make a key pair here").click();
  await dialogOf(page).getByLabel("Name").fill(name);
  if (algorithm) await dialogOf(page).getByLabel("Algorithm").selectOption(algorithm);
  await dialogOf(page).getByRole("button", { name: "Make key pair" }).click();
  const button = dialogOf(page).getByRole("button", { name: "Download private key" });
  await expect(button).toBeVisible();
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return {
    clientId: await shown(page, "Client ID"),
    keyId: await shown(page, "Key ID"),
    fileName: download.suggestedFilename(),
    privateKey: readFileSync(await download.path(), "utf8"),
  };
}

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

  const row = page.getByRole("row", { name: keyId });
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
    expect(await page.content()).not.toContain(line);
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

test("what is no public key is refused with the reason, and a private one before anything is sent", async ({
  page,
  world,
}) => {
  await openMachine(page, world);
  const posts: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST") posts.push(request.postData() ?? "");
  });
  await openAddKey(page);
  const text = dialogOf(page).getByRole("textbox", { name: "Public key" });
  const add = dialogOf(page).getByRole("button", { name: "Add key" });
  await add.click();
  await expect(dialogOf(page).getByText("Enter a name.")).toBeVisible();
  await expect(dialogOf(page).getByText("Paste a public key.")).toBeVisible();
  await expect(dialogOf(page).getByLabel("Name")).toBeFocused();
  await dialogOf(page).getByLabel("Name").fill("Wrong");
  const pair = newPair();
  for (const secret of [
    pair.privateKey,
    '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}',
    "{'kty':'oct','k':'c'}",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
  ]) {
    await text.fill(secret);
    await expect(dialogOf(page).getByText("This is a private key. It was not sent")).toBeVisible();
    await add.click();
    await expect(text).toBeFocused();
  }
  expect(posts).toEqual([]);
  for (const [wrong, reason] of [
    ["hello", "Paste a JWK"],
    ["{", "is not JSON"],
    ['{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}', "no public key that can be read"],
    ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "no public key that can be read"],
    [
      generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ format: "pem", type: "spki" }),
      "has 1024 bits, too few",
    ],
  ] as const) {
    await text.fill(String(wrong));
    await add.click();
    await expect(dialogOf(page).getByText(reason)).toBeVisible();
  }
  await text.fill(pair.publicKey);
  await add.click();
  await expect(dialogOf(page)).toContainText("Key added");
  expect(posts.join("\n")).not.toContain(pair.privateKey.slice(40, 80));
});

test("when the answer to a new pair is lost, the next try still ends with its private key", async ({
  page,
  world,
}) => {
  const machine = await openMachine(page, world);
  await openAddKey(page);
  await tab(page, "Make a key pair here").click();
  await dialogOf(page).getByLabel("Name").fill("Half lost");
  await page.route("**/edit", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    await page.unroute("**/edit");
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
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1280, 390]) {
    test(`the dialogs of keys are accessible and fit (${colorScheme}, ${width})`, async ({ page, world }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      const check = async (where: string) => {
        const { violations } = await new AxeBuilder({ page }).analyze();
        expect(
          violations.map(({ id, nodes }) => [id, ...nodes.map(({ target }) => target)]),
          where,
        ).toEqual([]);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(overflow, where).toBeLessThanOrEqual(0);
      };
      await openMachine(page, world);
      await openAddKey(page);
      await dialogOf(page).getByRole("textbox", { name: "Public key" }).fill("PRIVATE KEY");
      await dialogOf(page).getByLabel("Expires").selectOption("at");
      await dialogOf(page).getByRole("button", { name: "Add key" }).click();
      await check("paste a key, all wrong");
      await dialogOf(page).getByRole("button", { name: "Cancel" }).click();
      await makePair(page, "A long name ".repeat(8));
      await check("new pair");
      await dialogOf(page).getByRole("button", { name: "Close" }).click();
      await expect(dialogOf(page)).toBeHidden();
      await check("machine with a key");
      await page.getByRole("button", { name: "Delete key" }).click();
      await expect(dialogOf(page)).toContainText("Nothing is connected");
      await check("delete key");
      await dialogOf(page).getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Add with name or expiry" }).click();
      await check("add a named secret");
    });
  }
}

test("a key is added with the keyboard alone", async ({ page, world }) => {
  await openMachine(page, world);
  await page.getByRole("button", { name: "Add key" }).focus();
  await page.keyboard.press("Enter");
  await expect(tab(page, "Paste a public key")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(dialogOf(page).getByLabel("Algorithm")).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.type("By hand");
  await page.keyboard.press("Enter");
  await expect(dialogOf(page)).toContainText("New key pair");
  await dialogOf(page).getByLabel("I have stored the private key").focus();
  await page.keyboard.press("Space");
  await dialogOf(page).getByRole("button", { name: "Close" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("row", { name: /By hand/ })).toBeVisible();
});
