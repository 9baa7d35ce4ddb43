import { generateKeyPairSync } from "node:crypto";
import { expectAccessibleEverywhere } from "./accessible";
import { expect, test } from "./fixtures";
import { dialogOf, makePair, newPair, openAddKey, openMachine, tab } from "./key-dialog";

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

test("the dialogs of keys are accessible and fit", async ({ page, world }) => {
  const check = (where: string) => expectAccessibleEverywhere(page, where);
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
