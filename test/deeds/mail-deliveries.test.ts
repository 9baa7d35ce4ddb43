import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { deliverer } from "@/lib/background/deliverer";
import type { UserActor } from "@/lib/ctx";
import { env } from "@/lib/env";
import { log } from "@/lib/log";
import { notify } from "@/lib/notifications/commands/notify";
import { listMailProblems } from "@/lib/notifications/queries/mail-problems";
import type { MailChoice, Notice } from "@/lib/notifications/schema";
import { addSeconds, DAY_SECONDS } from "@/lib/time";
import { chooseMail } from "@/lib/users/commands/choose-mail";
import { disablePerson, removePerson } from "@/lib/users/commands/manage-people";
import { type Mailbox, smtpError, startMailbox } from "@/test/mailbox";
import {
  act,
  actAs,
  ask,
  inTransaction,
  newAdmin,
  newInstallationAdmin,
  newTenantAdmin,
  prisma,
  signedIn,
} from "@/test/world";

log.level = "silent";
// Before the environment is read, which is once.
const port = await vi.hoisted(async () => {
  const { createServer } = await import("node:net");
  const held = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => held.once("listening", resolve));
  const { port } = held.address() as { port: number };
  held.close();
  Object.assign(process.env, { SMTP_URL: `smtp://localhost:${port}`, MAIL_FROM: "latchkey@example.com" });
  return port;
});

/** What the server says to the next recipients; 250 where nothing is left. */
const says: number[] = [];
let box: Mailbox | null = null;
const open = async () => {
  box ??= await startMailbox({
    port,
    onRcptTo: (_address, _session, done) => {
      const code = says.shift() ?? 250;
      done(code === 250 ? null : smtpError(code, "says the server"));
    },
  });
};
const shut = async () => {
  await box?.close();
  box = null;
};
afterAll(shut);

let admin: UserActor;
let now: Date;
beforeEach(async () => {
  await open();
  box?.mails.splice(0);
  says.length = 0;
  now = new Date();
  admin = await newTenantAdmin();
});

const choose = async (who: UserActor, kinds: readonly MailChoice[]) =>
  actAs(await signedIn(who), chooseMail, { tenantId: who.tenantId, kinds });
const tell = (notice: Notice, tenantId: string | null = admin.tenantId) =>
  inTransaction((db) => notify(db, { tenantId, now, notice }));
const flood = (hour: number): Notice => ({
  kind: "refusals.flood",
  hour: new Date(Date.UTC(2026, 10, 28, hour)).toISOString(),
  refused: 1_000 + hour,
});
const expiring = (days: number): Notice => ({
  kind: "credential.expiring",
  days,
  endsOn: "2026-12-24",
  count: 3,
  credentials: [],
});
/** A new one each time, as a process that starts is. */
async function deliver() {
  const outbox = deliverer(() => now);
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await outbox.look();
    await outbox.idle();
  }
  await outbox.stop();
}
const got = () => box?.mails.map(({ to, headers }) => `${to}: ${headers.get("subject")}`) ?? [];
const deliveries = () =>
  prisma().delivery.findMany({
    where: { tenantId: admin.tenantId },
    orderBy: { id: "asc" },
    select: { state: true, attempts: true, lastStatus: true, lastFailure: true },
  });

test("a notification goes by mail to the members who want its kind, in both forms, with what to do and where", async () => {
  const { tenantId } = admin;
  const member = () => newAdmin({ id: tenantId, slug: "" }, "Viewer");
  const [wants, silent] = [await member(), await member()];
  await choose(wants, ["credential.expiring_early"]);
  const { name, slug } = await prisma().tenant.findUniqueOrThrow({ where: { id: tenantId } });
  await tell(expiring(30));
  await tell(expiring(7));
  await deliver();
  const subject = `[${name}] 3 credentials expire on 24 Dec 2026 (UTC).`;
  expect(got().toSorted()).toEqual([`${admin.name}: ${subject}`, `${wants.name}: ${subject}`].toSorted());
  expect(got().join()).not.toContain(silent.name);
  const [mail] = box?.mails ?? [];
  for (const text of [mail?.text, mail?.html]) {
    expect(text).toContain("Rotate them, or move their ends.");
    expect(text).toContain(`${env().origin}/tenants/${slug}`);
    expect(text).toContain(`${env().origin}/tenants/${slug}/account`);
  }
  expect(mail?.headers.get("message-id")).toMatch(/^<[0-9a-f-]{36}\.[0-9a-f-]{36}@example\.com>$/);
});

test("what is of the installation goes to whoever manages it, once, however many tenants they are in", async () => {
  const manager = await newInstallationAdmin();
  await prisma().membership.create({
    data: { adminId: manager.id, tenantId: admin.tenantId, role: "Administrator", createdAt: now },
  });
  await tell(
    {
      kind: "chain.broken",
      chain: crypto.randomUUID(),
      findings: 1,
      finding: "event changed",
      sequence: "7",
    },
    null,
  );
  await deliver();
  expect(box?.mails.map(({ to }) => to)).toEqual([[manager.name]]);
});

test("a server that is away loses nothing: when it is back all comes in order, and each once", async () => {
  await choose(admin, ["refusals.flood"]);
  for (const hour of [1, 2, 3]) await tell(flood(hour));
  await shut();
  await deliver();
  expect(await deliveries()).toMatchObject([
    { state: "waiting", attempts: 1, lastFailure: "unreachable" },
    { state: "waiting", attempts: 0 },
    { state: "waiting", attempts: 0 },
  ]);
  await open();
  await deliver();
  expect(got()).toEqual([]);
  now = addSeconds(now, DAY_SECONDS);
  await deliver();
  await deliver();
  expect(box?.mails.map(({ text }) => /hour from 28 Nov 2026, (\d\d):00/.exec(text)?.[1])).toEqual([
    "01",
    "02",
    "03",
  ]);
  expect(new Set(box?.mails.map(({ headers }) => headers.get("message-id"))).size).toBe(3);
});

test("4yz is tried again; 5yz of a recipient is given up at once, is shown, and holds up nothing that follows", async () => {
  await choose(admin, ["refusals.flood"]);
  await tell(flood(1));
  says.push(450);
  await deliver();
  expect(await deliveries()).toMatchObject([{ state: "waiting", lastStatus: 450, lastFailure: "recipient" }]);
  expect(await ask(admin, listMailProblems, [admin.id])).toMatchObject([
    { adminId: admin.id, status: 450, isWaiting: true },
  ]);
  now = addSeconds(now, DAY_SECONDS);
  says.push(550);
  await deliver();
  expect(await deliveries()).toMatchObject([{ state: "given_up", attempts: 2, lastStatus: 550 }]);
  const [problem] = await ask(admin, listMailProblems, [admin.id]);
  expect(problem).toMatchObject({ adminId: admin.id, isWaiting: false, status: 550 });
  expect(problem?.answer).toContain("550 says the server");
  expect(await ask(await newTenantAdmin(), listMailProblems, [admin.id])).toEqual([]);
  await tell(flood(2));
  await deliver();
  expect(got()).toHaveLength(1);
  expect(await ask(admin, listMailProblems, [admin.id])).toEqual([]);
});

test("whoever is disabled, removed or wants it no more gets nothing, also of what waits", async () => {
  const member = async () => {
    const viewer = await newAdmin({ id: admin.tenantId, slug: "" }, "Viewer");
    await choose(viewer, ["refusals.flood"]);
    return viewer;
  };
  const [disabled, removed, stops] = [await member(), await member(), await member()];
  await tell(flood(1));
  await act(admin, disablePerson, { adminId: disabled.id });
  await act(admin, removePerson, { adminId: removed.id });
  await choose(stops, []);
  await tell(flood(2));
  await deliver();
  expect(got()).toEqual([]);
  expect((await deliveries()).map(({ state, lastFailure }) => `${state} ${lastFailure}`)).toEqual([
    "given_up not_wanted",
    "given_up not_wanted",
  ]);
  expect(await ask(admin, listMailProblems, [disabled.id, stops.id])).toEqual([]);
});
