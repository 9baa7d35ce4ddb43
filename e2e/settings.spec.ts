import { generateKeyPairSync } from "node:crypto";
import type { Page } from "@playwright/test";
import { database } from "@/lib/db";
import { contentOf, expect, signIn, test } from "./fixtures";
import { startRobot } from "./robot";

const published = async (page: Page): Promise<string[]> => {
  const { keys } = (await (await page.request.get("/api/identity/jwks")).json()) as {
    keys: { kid: string }[];
  };
  return keys.map(({ kid }) => kid);
};

const rowOf = (page: Page, name: RegExp | string) =>
  page.getByRole("table", { name: "Signing keys" }).getByRole("row", { name });

test("signing keys are rotated, imported and withdrawn, each with what it does said first", async ({
  page,
  world,
}) => {
  // Keys belong to the installation, which other journeys share: the key that signs is left alone.
  await database().prisma.signingKey.deleteMany({ where: { activatesAt: { gt: new Date() } } });
  await world.letManageInstallation();
  const robot = await startRobot(await world.provisioned("kettle"));
  await robot.connect("host-k");
  await signIn(page, world.admin);
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  const dialog = page.getByRole("alertdialog");
  const before = await published(page);

  await page.getByRole("button", { name: "Rotate now" }).click();
  await expect(dialog).toContainText("signs in 15 minutes");
  await dialog.getByRole("button", { name: "Rotate" }).click();
  await expect(dialog).toBeHidden();
  await expect(rowOf(page, /Next/)).toContainText(/signs from .*\d\d:\d\d/);
  await expect(page.getByText("A rotation is under way")).toBeVisible();
  await expect(page.getByRole("button", { name: "Rotate now" })).toBeDisabled();
  const nextKid = (await published(page)).find((kid) => !before.includes(kid)) ?? "";
  await expect(rowOf(page, /Next/)).toContainText(nextKid);
  await expect(rowOf(page, /Active/)).toContainText("signs since");

  const { privateKey } = generateKeyPairSync("ed25519");
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: `old-${world.slug}` };
  await page.getByRole("button", { name: "Import key" }).click();
  await dialog.getByLabel("Private key (JWK)").fill(JSON.stringify({ ...jwk, use: "enc" }));
  await dialog.getByLabel("Use").selectOption({ label: "Only verify tokens it has signed" });
  await dialog.getByRole("button", { name: "Import key" }).click();
  await expect(dialog.getByText("Its use is not sig")).toBeVisible();
  await dialog.getByLabel("Private key (JWK)").fill(JSON.stringify(jwk));
  await dialog.getByRole("button", { name: "Import key" }).click();
  await expect(dialog).toBeHidden();
  await expect(rowOf(page, jwk.kid)).toContainText("Retired");
  await expect(rowOf(page, jwk.kid)).toContainText("EdDSA");
  expect(await published(page)).toContain(jwk.kid);
  await page.reload();
  expect(await contentOf(page)).not.toContain(String(jwk.d));

  for (const kid of [jwk.kid, nextKid]) {
    await rowOf(page, kid).getByRole("button", { name: "Withdraw" }).click();
    await expect(dialog).toContainText("No live token is signed with it.");
    await dialog.getByRole("button", { name: "Withdraw" }).click();
    await expect(dialog).toBeHidden();
    await expect(rowOf(page, kid)).toContainText("Withdrawn");
    expect(await published(page)).not.toContain(kid);
  }
  await expect(page.getByRole("button", { name: "Rotate now" })).toBeEnabled();

  // The robot's token is counted within seconds.
  await expect.poll(() => database().prisma.tokenIssue.count()).toBeGreaterThan(0);
  await rowOf(page, /Active/)
    .getByRole("button", { name: "Withdraw" })
    .click();
  await expect(dialog).toContainText(/[\d,]+ live tokens? will be refused at once/);
  const withdraw = dialog.getByRole("button", { name: "Withdraw" });
  await expect(withdraw).toBeDisabled();
  await dialog.getByLabel("Withdraw the active key").check();
  await expect(withdraw).toBeEnabled();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
});

test("whoever does not manage the installation sees the keys, no buttons, and why", async ({
  page,
  world,
}) => {
  for (const who of [world.admin, await world.person("Viewer")]) {
    await page.context().clearCookies();
    await signIn(page, who);
    await page.goto(`/tenants/${world.slug}/settings`);
    await expect(rowOf(page, /Active/)).toBeVisible();
    await expect(page.getByText("Changing them is for people who manage the installation.")).toBeVisible();
    for (const name of ["Rotate now", "Import key", "Withdraw"]) {
      await expect(page.getByRole("main").getByRole("button", { name })).toBeHidden();
    }
  }
});
