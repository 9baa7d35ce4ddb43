import { createServer, type Socket } from "node:net";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, expect, test } from "vitest";
import { log } from "@/lib/log";
import { type Mailbox, smtpError, startMailbox } from "@/test/mailbox";
import { sendMail } from "./mail";
import { mailTextOf } from "./mail-letter";
import { parseMailFrom, parseSmtpUrl } from "./mail-settings";

log.level = "silent";
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function mailbox(options: SMTPServerOptions = {}): Promise<Mailbox> {
  const box = await startMailbox(options);
  closing.push(box.close);
  return box;
}

function settings(url: string, from = "Latchkey <latchkey@example.com>") {
  const [server, sender] = [parseSmtpUrl(url), parseMailFrom(from)];
  if ("problem" in server || "problem" in sender) throw new Error("wrong settings");
  return { server: server.value, from: sender.value };
}

const LINK = "http://localhost:3000/tenants/a/machines";
const HOSTILE = `</p><script>alert(1)</script>"'&\r\nBcc: eve@example.com\r\n\r\nevil \u202Eeno`;
const hostile = mailTextOf({
  subject: `About ${HOSTILE}`,
  says: [`The machine ${HOSTILE} has none.`],
  link: { label: "Open it", href: LINK },
  footer: `You get this as a member of ${HOSTILE}.`,
});
const plain = mailTextOf({ subject: "Größe", says: ["Ünïcode – yes."], link: null, footer: "That is all." });
const send = (url: string, to = "ada@example.com", mail = plain) => sendMail(settings(url), { to, ...mail });

test("a mail arrives as plain text and as HTML, and says that a program wrote it", async () => {
  const box = await mailbox();
  expect(await send(`smtp://localhost:${box.port}`)).toMatchObject({
    ok: true,
    answer: expect.stringMatching(/^250/),
  });
  const [mail] = box.mails;
  expect(mail).toMatchObject({ to: ["ada@example.com"], from: "latchkey@example.com", isEncrypted: false });
  expect(mail?.text.trim()).toBe("Ünïcode – yes.\n\n-- \nThat is all.");
  expect(mail?.html).toContain("<p>Ünïcode – yes.</p>");
  const header = (name: string) => mail?.headers.get(name);
  expect(header("subject")).toBe("Größe");
  expect(header("from")).toBe("Latchkey <latchkey@example.com>");
  expect(header("auto-submitted")).toBe("auto-generated");
  expect(header("message-id")).toMatch(/^<[^@]+@example\.com>$/);
  expect(Number.isNaN(Date.parse(header("date") ?? ""))).toBe(false);
  expect(header("x-mailer")).toBeUndefined();
});

test("names do nothing, whatever they hold: no header, no recipient, no mark-up, nothing that is fetched", async () => {
  const box = await mailbox();
  await send(`smtp://localhost:${box.port}`, undefined, hostile);
  const [mail] = box.mails;
  expect(mail?.to).toEqual(["ada@example.com"]);
  expect(mail?.headers.has("bcc")).toBe(false);
  expect(mail?.headers.get("subject")).toContain("About </p><script>");
  expect(mail?.html).not.toMatch(/<script|<img|src=|url\(|\u202E/);
  expect(mail?.html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp; Bcc: eve@example.com");
  expect(mail?.html.match(/https?:\/\/[^"<\s]+/g)).toEqual([LINK, LINK, LINK]);
  expect(mail?.text.split("\n").some((line) => line.startsWith("Bcc:"))).toBe(false);
});

test.each([
  "ada@example.com, eve@example.com",
  "ada@example.com\r\nRCPT TO:<eve@example.com>",
  "<ada@example.com>",
  '"eve@example.com x"@example.org',
  "ada",
])("%j is no recipient", async (to) => {
  const box = await mailbox();
  expect(await send(`smtp://localhost:${box.port}`, to)).toMatchObject({
    failure: "recipient",
    isForGood: true,
  });
  expect(box.mails).toEqual([]);
});

const LOGIN: SMTPServerOptions = {
  disabledCommands: [],
  authOptional: false,
  onAuth: ({ username, password }, _session, done) =>
    username === "relay" && password === "p@ss/word"
      ? done(null, { user: username })
      : done(smtpError(535, `5.7.8 not with ${password}`)),
};

test("STARTTLS is taken where it is offered, and smtps is TLS at once; a certificate must be right unless it is said otherwise", async () => {
  const box = await mailbox(LOGIN);
  const at = `relay:p%40ss%2Fword@localhost:${box.port}`;
  expect(await send(`smtp://${at}`)).toMatchObject({ failure: "unreachable", isForGood: false });
  expect(await send(`smtp://${at}?tls=unverified`)).toMatchObject({ ok: true });
  const inTls = await mailbox({ ...LOGIN, secure: true });
  expect(await send(`smtps://relay:p%40ss%2Fword@localhost:${inTls.port}?tls=unverified`)).toMatchObject({
    ok: true,
  });
  expect([...box.mails, ...inTls.mails].map(({ isEncrypted }) => isEncrypted)).toEqual([true, true]);
});

test("a password is never sent in the clear, and a refused one is not repeated", async () => {
  const asked: string[] = [];
  const inClear = await mailbox({
    ...LOGIN,
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) => {
      asked.push(String(password));
      done(null, { user: "relay" });
    },
  });
  expect(await send(`smtp://relay:secret@localhost:${inClear.port}`)).toMatchObject({
    failure: "unreachable",
  });
  expect(asked).toEqual([]);
  const box = await mailbox(LOGIN);
  const refused = await send(`smtp://relay:not-the-one@localhost:${box.port}?tls=unverified`);
  expect(refused).toEqual({ ok: false, failure: "login", status: 535, answer: null, isForGood: false });
});

test("what is refused for good is told from what may be tried again by its code, at whatever step", async () => {
  const answers = [450, 550, 503];
  const box = await mailbox({
    onRcptTo: (_address, _session, done) =>
      done(smtpError(answers.shift() ?? 250, "<https://x/invite#0123456789abcdefghijkl>")),
  });
  const url = `smtp://localhost:${box.port}`;
  const line = (code: number) => `${code} <https://x/invite#[removed]>`;
  const recipient = { ok: false, failure: "recipient" };
  expect(await send(url)).toEqual({ ...recipient, status: 450, isForGood: false, answer: line(450) });
  expect(await send(url)).toEqual({ ...recipient, status: 550, isForGood: true, answer: line(550) });
  expect(await send(url)).toMatchObject({ ...recipient, status: 503, isForGood: false });
  const strict = await mailbox({
    onMailFrom: ({ address }, _session, done) =>
      done(address.startsWith("latchkey") ? smtpError(553, "no") : null),
    onData: (stream, _session, done) => stream.resume().once("end", () => done(smtpError(554, "spam"))),
  });
  const strictUrl = `smtp://localhost:${strict.port}`;
  expect(await send(strictUrl)).toMatchObject({ failure: "sender", status: 553, isForGood: false });
  expect(
    await sendMail(settings(strictUrl, "other@example.com"), { to: "ada@example.com", ...plain }),
  ).toMatchObject({
    failure: "message",
    status: 554,
    isForGood: true,
  });
});

test("a server that is away, hangs up or speaks no SMTP could not be reached; that is not for good", async () => {
  const away = await mailbox();
  await away.close();
  closing.length = 0;
  const unreachable = { ok: false, failure: "unreachable", isForGood: false };
  expect(await send(`smtp://localhost:${away.port}`)).toMatchObject(unreachable);
  for (const greet of [
    (socket: Socket) => socket.end(),
    (socket: Socket) => socket.end("HTTP/1.1 400 no\r\n\r\n"),
  ]) {
    const odd = createServer(greet).listen(0, "127.0.0.1");
    closing.push(() => new Promise((resolve) => odd.close(resolve)));
    await new Promise((resolve) => odd.once("listening", resolve));
    const { port } = odd.address() as { port: number };
    expect(await send(`smtp://localhost:${port}`)).toMatchObject(unreachable);
  }
});
