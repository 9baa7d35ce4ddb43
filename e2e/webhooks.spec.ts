import { WebhookReceiver } from "@/test/webhook-receiver";
import { expectAccessible } from "./accessible";
import { expect, signIn, test } from "./fixtures";

test("a webhook is added, tried, given a new secret and removed; what leads nowhere is said at its field", async ({
  page,
  world,
}) => {
  const receiver = await WebhookReceiver.start();
  await signIn(page, world.admin);
  await page.goto(`/tenants/${world.slug}/settings`);
  const dialog = page.getByRole("alertdialog");
  await page.getByRole("button", { name: "Add webhook" }).click();
  const address = dialog.getByLabel("Address", { exact: true });
  const add = dialog.getByRole("button", { name: "Add webhook" });
  for (const [typed, said] of [
    ["alerts", /Enter an address like/],
    ["https://user:word@alerts.example.com/", /Leave the user and password out/],
    ["https://10.1.2.3/", /private network/],
    ["https://0x7f000002/", /private network/],
  ] as const) {
    await address.fill(typed);
    await add.click();
    await expect(dialog.getByText(said)).toBeVisible();
    await expect(address).toHaveValue(typed);
  }
  await address.fill(receiver.url);
  await expectAccessible(page, "the dialog");
  await add.click();
  const secret = await dialog.getByLabel("Secret", { exact: true }).inputValue();
  expect(secret).toMatch(/^whsec_/);
  await dialog.getByLabel("I have stored the secret").check();
  await dialog.getByRole("button", { name: "Close" }).click();

  await page.getByRole("table", { name: "Webhooks" }).getByRole("link", { name: receiver.url }).click();
  await expect(page.getByRole("heading", { name: receiver.url, level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.getByText(/The receiver took the test\. It answered 204/)).toBeVisible();
  expect(receiver.got).toMatchObject([{ type: "webhook.test", data: { tenant: world.slug } }]);
  expect(receiver.got[0]?.isRight(secret)).toBe(true);
  receiver.status = 302;
  await page.getByRole("button", { name: "Send a test" }).click();
  await expect(page.getByText(/302: a redirect, which is not followed/)).toBeVisible();
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectAccessible(page, "on a phone");

  await page.getByRole("button", { name: "New secret" }).click();
  await dialog.getByRole("button", { name: "Make a new secret" }).click();
  await expect(dialog.getByLabel("Secret", { exact: true })).not.toHaveValue(secret);
  await dialog.getByLabel("I have stored the secret").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.getByText("Previous secret signs until")).toBeVisible();
  await page.getByRole("button", { name: "Remove" }).click();
  await dialog.getByRole("button", { name: "Remove" }).click();
  await expect(page).toHaveURL(`/tenants/${world.slug}/settings`);
  await expect(page.getByText("No webhooks yet.")).toBeVisible();
  receiver.close();
});
