import pino from "pino";
import { afterAll, expect, test } from "vitest";
import { log } from "@/lib/log";
import { smtpError, startMailbox } from "@/test/mailbox";
import { mailLink } from "./outgoing-mail";

const TOKEN = "0123456789abcdefghijklmnopqrstuvwxyz_-ABCDE";
const link = {
  link: `http://localhost:3000/invite#${TOKEN}`,
  email: "ada@example.com",
  expiresAt: new Date("2026-11-28T13:00:00Z"),
};
const maker = { by: "grace@example.com", tenantName: "<b>Acme</b>\r\nBcc: eve@example.com" };

// A server that knows ada, and quotes what it refuses.
const mailbox = await startMailbox({
  onRcptTo: ({ address }, _session, done) =>
    done(address === "ada@example.com" ? null : smtpError(550, `no such user, wanted ${link.link}`)),
});
afterAll(mailbox.close);
Object.assign(process.env, {
  DATABASE_URL: "postgresql://nobody@localhost/none",
  SMTP_URL: `smtp://localhost:${mailbox.port}`,
  MAIL_FROM: "Latchkey <latchkey@example.com>",
});
const lines: string[] = [];
Reflect.set(log, pino.symbols.streamSym, { write: (line: string) => lines.push(line) });
log.level = "trace";

test.each(["invite", "reset"] as const)(
  "the link of an %s goes to whom it is for, in both forms",
  async (kind) => {
    mailbox.mails.length = 0;
    expect(await mailLink(kind, link, maker)).toEqual({ problem: null });
    const [mail, ...others] = mailbox.mails;
    expect(others).toEqual([]);
    expect(mail?.to).toEqual([link.email]);
    expect(mail?.headers.has("bcc")).toBe(false);
    expect(mail?.text).toContain(`\n${link.link}\n`);
    expect(mail?.html).toContain(`href="${link.link}"`);
    expect(mail?.html).not.toContain("<b>");
    for (const text of [mail?.text, mail?.html]) expect(text).toContain("28 Nov 2026, 13:00 UTC");
  },
);

test("a mail that is refused is told with what the server said, and no log holds the link", async () => {
  const outcome = await mailLink("invite", { ...link, email: "nobody@example.com" }, maker);
  expect(outcome?.problem).toMatch(
    /^The mail server does not take mail for this address\. It said: 550 no such user/,
  );
  expect(outcome?.problem).not.toContain(TOKEN);
  expect(lines.join("")).toContain("mail.refused");
  expect(lines.join("")).not.toContain(TOKEN);
});
