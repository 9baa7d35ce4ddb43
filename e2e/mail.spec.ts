import { randomUUID } from "node:crypto";
import { database } from "@/lib/db";
import { MAILED_AT_FIRST } from "@/lib/notifications/schema";
import { freePort } from "@/server/database/embedded-postgres";
import { smtpError, startMailbox } from "@/test/mailbox";
import { startLatchkey } from "@/test/shipped/process";
import { expectAccessible } from "./accessible";
import { expect, signIn, test, type World } from "./fixtures";

/** A notification whose mail to the administrator was given up. */
async function refusedMailTo({ tenantId, admin }: World): Promise<void> {
  const at = new Date();
  const id = randomUUID();
  const notification = {
    id,
    tenantId,
    kind: "refusals.flood",
    key: id,
    at,
    details: { hour: at, refused: 1_001 },
  };
  await database().prisma.notification.create({ data: notification });
  await database().prisma.delivery.create({
    data: {
      tenantId,
      notificationId: id,
      receiverId: admin.id,
      adminId: admin.id,
      kind: notification.kind,
      state: "given_up",
      attempts: 1,
      createdAt: at,
      nextAt: at,
      lastAt: at,
      lastStatus: 550,
      lastFailure: "recipient",
      lastAnswer: "The mail server does not take mail for this address. It said: 550 no such user",
    },
  });
}

test("people choose their mail, try the mail server, and an invite goes by mail, or says why not", async ({
  page,
  world,
}) => {
  await signIn(page, world.admin);
  const account = `/tenants/${world.slug}/account`;
  await page.goto(account);
  const section = page.getByRole("region", { name: "E-mail" });
  await expect(section).toContainText("No mail is sent from here");

  const box = await startMailbox({
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith("nobody") ? smtpError(550, "5.1.1 no such user") : null),
  });
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const { DATABASE_URL = "", APP_SECRET = "" } = process.env;
  const mail = { SMTP_URL: `smtp://localhost:${box.port}`, MAIL_FROM: "Latchkey <latchkey@example.com>" };
  const latchkey = await startLatchkey({ port, env: { DATABASE_URL, APP_SECRET, ORIGIN: url, ...mail } });
  try {
    await latchkey.ready();
    await page.goto(`${url}${account}`);
    await expect(section.getByRole("checkbox", { checked: true })).toHaveCount(
      MAILED_AT_FIRST.Administrator.length,
    );
    await section.getByLabel("Rotation finished").check();
    await section.getByLabel("Leak reported").uncheck();
    await section.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    await page.reload();
    await expect(section.getByLabel("Rotation finished")).toBeChecked();
    await expect(section.getByLabel("Leak reported")).not.toBeChecked();
    await section.getByRole("button", { name: "Send a test mail" }).click();
    await expect(section.getByRole("status")).toContainText(
      `took a mail for ${world.admin.email}. It said: 250`,
    );
    expect(box.mails.map(({ to }) => to)).toEqual([[world.admin.email]]);
    await expectAccessible(page);
    await section.getByRole("button", { name: "Stop all mail" }).click();
    await expect(page.getByText("You get no mail about this tenant.")).toBeVisible();
    const chosen = await database().prisma.mailChoice.findFirst({ where: { tenantId: world.tenantId } });
    expect(chosen?.kinds).toEqual([]);

    await refusedMailTo(world);
    await page.reload();
    await expect(section).toContainText("The last mail to you was not taken.");
    await page.goto(`${url}/tenants/${world.slug}/users`);
    await expect(page.getByRole("row", { name: world.admin.email })).toContainText(
      "Mail to them was not taken: 550",
    );
    const dialog = page.getByRole("alertdialog");
    const invite = async (email: string) => {
      await page.getByRole("button", { name: "Invite" }).click();
      await dialog.getByLabel("Email").fill(email);
      await dialog.getByRole("button", { name: "Make the link" }).click();
    };
    await invite(`guest-${world.slug}@example.com`);
    await expect(dialog.getByText(`Sent to guest-${world.slug}@example.com.`)).toBeVisible();
    const link = await dialog.getByLabel("Invite link", { exact: true }).inputValue();
    expect(box.mails.at(-1)?.text).toContain(link);
    await expectAccessible(page);
    await dialog.getByRole("button", { name: "Close" }).click();
    await invite("nobody@example.com");
    await expect(dialog.getByRole("alert")).toContainText("The invite stands, but the mail was not taken.");
    await expect(dialog.getByRole("alert")).toContainText("It said: 550 5.1.1 no such user");
    await expect(dialog.getByLabel("Invite link", { exact: true })).toHaveValue(/#[\w-]{43}$/);
    expect(latchkey.said()).not.toContain(link.split("#")[1]);
  } finally {
    // Nobody is left who would miss the server.
    await page.close();
    await latchkey.remove();
    await box.close();
  }
});
