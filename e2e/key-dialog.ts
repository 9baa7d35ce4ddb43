import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { expect, signIn, type World } from "./fixtures";

export const dialogOf = (page: Page) => page.getByRole("alertdialog");
export const tab = (page: Page, name: string) => dialogOf(page).getByRole("tab", { name });
export const shown = (page: Page, label: string) =>
  dialogOf(page).getByRole("textbox", { name: label, exact: true }).inputValue();

/** A P-256 pair as somebody makes it on a robot's host. */
export const newPair = () =>
  generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });

export async function openMachine(page: Page, world: World) {
  const machine = await world.provisioned("signer");
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/machines/${machine.machineId}/edit`);
  return machine;
}

export async function openAddKey(page: Page) {
  await page.getByRole("button", { name: "Add key" }).click();
  await expect(dialogOf(page)).toContainText("private_key_jwt");
}

export async function makePair(page: Page, name: string, algorithm?: string) {
  await openAddKey(page);
  await tab(page, "Make a key pair here").click();
  await dialogOf(page).getByLabel("Name").fill(name);
  if (algorithm) await dialogOf(page).getByLabel("Algorithm").selectOption(algorithm);
  // Twice: one pair is made, and its private half fits what the server got.
  await dialogOf(page).getByRole("button", { name: "Make key pair" }).dblclick();
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
