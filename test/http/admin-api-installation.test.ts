import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { record } from "@/lib/audit/commands";
import type { UserActor } from "@/lib/ctx";
import { LINKS_AN_HOUR } from "@/lib/users/maker-of-links";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { foreignJwk } from "@/test/deeds/installation-deeds";
import { type Mailbox, smtpError, startMailbox } from "@/test/mailbox";
import { buyToken } from "@/test/robot";
import {
  act,
  logLines,
  newAdmin,
  newInstallationAdmin,
  newTenantAdmin,
  prisma,
  tokenOf,
  unique,
} from "@/test/world";

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
let box: Mailbox;
beforeAll(async () => {
  box = await startMailbox({
    port,
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith("nobody") ? smtpError(550, "no such user") : null),
  });
});
afterAll(() => box.close());
beforeEach(() => {
  box.mails.splice(0);
});

let manager: UserActor;
let member: UserActor;
/** Tokens: of whom the installation is, of an Administrator's client, without confirmation, of a Viewer, of another tenant. */
let token: string;
let administrator: string;
let unconfirmed: string;
let viewer: string;
let stranger: string;
beforeAll(async () => {
  manager = await newInstallationAdmin();
  member = await newAdmin({ id: manager.tenantId, slug: "" }, "Operator");
  const rights = { role: "Administrator", mayConfirm: true } as const;
  const client = async (of: object, maker = manager) => buyToken(await newApiClient(maker, of));
  token = await client({ ...rights, managesInstallation: true });
  administrator = await client(rights);
  unconfirmed = await client({ role: "Administrator", managesInstallation: true });
  viewer = await client({ role: "Viewer" });
  stranger = await client(rights, await newTenantAdmin());
});

const ask = (method: string, path: string, { as = token, ...sent }: Partial<Sent> = {}) =>
  askAdminApi(method, path, { as, ...sent });
const codeOf = async (method: string, path: string, as: string, body?: unknown) => {
  const { status, answer } = await ask(method, path, { as, body });
  return `${status} ${answer?.code}`;
};
const keyed = () => ({ "idempotency-key": randomUUID() });

describe("a link that lets somebody in", () => {
  test.each([
    ["an invite", () => ({ path: "/invites", to: `${unique("guest")}@latchkey.test`, asks: true }), 409],
    ["a reset link", () => ({ path: `/people/${member.id}/reset-link`, to: member.name, asks: false }), 404],
  ] as const)("%s goes out by mail once, and stands in one answer alone", async (_, made, elsewhere) => {
    const { path, to, asks } = made();
    const body = asks ? { email: to, role: "Viewer" } : {};
    expect(await codeOf("POST", path, viewer, body)).toBe("403 forbidden");
    expect(await codeOf("POST", path, unconfirmed, body)).toBe("403 confirmation_needed");
    const headers = keyed();
    const both = await Promise.all([1, 2].map(() => ask("POST", path, { as: administrator, body, headers })));
    const [first, again] = both.toSorted(({ text }, other) => other.text.length - text.length);
    expect(first).toMatchObject({ status: 201, answer: { email: to, mail: { problem: null } } });
    const { link, mail: _mail, ...rest } = first?.answer ?? {};
    expect(again).toMatchObject({ status: 201, answer: { ...rest, secretsShown: true } });
    expect(again?.text).not.toContain(tokenOf({ link }));
    expect(box.mails).toMatchObject([{ to: [to], text: expect.stringContaining(link) }]);
    const kept = await prisma().idempotencyKey.findMany({ where: { tenantId: manager.tenantId } });
    expect(JSON.stringify(kept)).not.toContain(tokenOf({ link }));
    expect(logLines.join("")).not.toContain(tokenOf({ link }));
    const outside = await ask("POST", path, { as: stranger, body });
    // An invite is of the tenant whose client asks; a person of another one is not there.
    expect(outside.status).toBe(asks ? 201 : elsewhere);
  });

  test("of which the mail is refused stands all the same, and the answer says why", async () => {
    const body = { email: `nobody-${unique("x")}@latchkey.test`, role: "Viewer" };
    const { status, answer } = await ask("POST", "/invites", { body });
    expect({ status, ...answer }).toMatchObject({
      status: 201,
      link: expect.any(String),
      mail: { problem: expect.stringContaining("550 no such user") },
    });
    const listed = await ask("GET", "/invites");
    expect(listed.answer.items).toContainEqual(expect.objectContaining(body));
    const wrong = await ask("POST", "/invites", { body: { email: member.name, role: "Viewer" } });
    expect(wrong).toMatchObject({ status: 409, answer: { errors: [{ field: "email" }] } });
  });
});

test("a program makes a hundred links of a kind within an hour, and no more", async () => {
  const client = await newApiClient(manager, { role: "Administrator", mayConfirm: true });
  const as = await buyToken(client);
  const program = { ...manager, kind: "apiClient", id: client.id, name: client.machineName } as const;
  const actor = { ...program, credentialId: client.secretId, mayConfirm: true };
  const invited = { type: "admin.invited", email: "guest@latchkey.test", role: "Viewer" } as const;
  await act(actor, record, Array(LINKS_AN_HOUR - 1).fill(invited));
  const invite = () => ({ email: `${unique("guest")}@latchkey.test`, role: "Viewer" });
  const both = await Promise.all([1, 2].map(() => codeOf("POST", "/invites", as, invite())));
  expect(both.toSorted()).toEqual(["201 undefined", "409 limit_reached"]);
  expect(await codeOf("POST", "/invites", administrator, invite())).toBe("201 undefined");
  const resetLink = `/people/${member.id}/reset-link`;
  await act(
    actor,
    record,
    Array(LINKS_AN_HOUR).fill({ type: "admin.reset_link_made", adminId: member.id, email: member.name }),
  );
  expect(await codeOf("POST", resetLink, as, {})).toBe("409 limit_reached");
  expect(await codeOf("POST", resetLink, administrator, {})).toBe("201 undefined");
});

test("a test mail goes to a member of the tenant, once for a key and not too often", async () => {
  const path = `/people/${member.id}/test-mail`;
  expect(await codeOf("POST", path, viewer)).toBe("403 forbidden");
  expect(await codeOf("POST", path, stranger)).toBe("404 not_found");
  const headers = keyed();
  const first = await ask("POST", path, { headers });
  expect(first.answer).toMatchObject({ email: member.name, mail: { problem: null } });
  expect((await ask("POST", path, { headers })).answer).toEqual({ email: member.name });
  expect(box.mails).toMatchObject([{ to: [member.name] }]);
  const more = await Promise.all(Array.from({ length: 10 }, () => codeOf("POST", path, token)));
  expect(more.filter((each) => each === "429 limit_reached" || each === "409 limit_reached")).toHaveLength(1);
  expect(box.mails).toHaveLength(10);
});

test("a second factor is required of everybody, after a look at how many have none", async () => {
  const path = "/settings/second-factor";
  const body = { isRequired: true };
  for (const method of ["GET", "PUT"])
    expect(await codeOf(method, path, viewer, method === "PUT" ? body : undefined)).toBe("403 forbidden");
  expect(await codeOf("PUT", path, unconfirmed, body)).toBe("403 confirmation_needed");
  const members = { members: 2, withoutSecondFactor: 2 };
  expect((await ask("PUT", `${path}?dryRun=true`, { body })).answer).toEqual(members);
  expect((await ask("GET", path)).answer).toEqual({ isRequired: false, ...members });
  expect((await ask("PUT", path, { body })).status).toBe(204);
  expect((await ask("GET", path)).answer).toMatchObject(body);
  expect((await ask("GET", path, { as: stranger })).answer).toMatchObject({ isRequired: false });
});

test("a tenant is added with an Administrator who has an account; the client itself is none of its people", async () => {
  const add = (body: object, as = token, headers = {}) => ask("POST", "/tenants", { as, body, headers });
  const body = { name: "Added", slug: unique("added"), administrator: member.name.toUpperCase() };
  expect((await add(body, administrator)).status).toBe(403);
  const nobody = await add({ ...body, administrator: "nobody@latchkey.test" });
  expect(nobody).toMatchObject({ status: 422, answer: { errors: [{ field: "administrator" }] } });
  expect(await prisma().tenant.count({ where: { slug: body.slug } })).toBe(0);
  const headers = keyed();
  const added = await add(body, token, headers);
  expect(added).toMatchObject({ status: 201, answer: { slug: body.slug } });
  expect((await add(body, token, headers)).answer).toEqual(added.answer);
  expect(await add(body)).toMatchObject({ status: 409, answer: { errors: [{ field: "slug" }] } });
  const { tenantId } = added.answer;
  const people = await prisma().membership.findMany({ where: { tenantId } });
  expect(people).toMatchObject([{ adminId: member.id, role: "Administrator" }]);
  const events = await prisma().auditEvent.findMany({ where: { tenantId }, orderBy: { id: "asc" } });
  expect(events.map(({ type, actorKind }) => `${type} ${actorKind}`)).toEqual([
    "tenant.created apiClient",
    "admin.joined apiClient",
  ]);
});

test("the installation is shared and taken; what becomes of API clients that manage it is asked", async () => {
  const { id } = member;
  const path = `/people/${id}/installation`;
  const share = (manages: boolean, more = {}) => ask("PUT", path, { body: { manages, ...more } });
  expect(await codeOf("PUT", path, administrator, { manages: true })).toBe("403 forbidden");
  expect(await codeOf("PUT", path, unconfirmed, { manages: true })).toBe("403 confirmation_needed");
  expect((await share(true)).status).toBe(204);
  const row = { adminId_tenantId: { adminId: id, tenantId: manager.tenantId } };
  await prisma().membership.update({ where: row, data: { role: "Administrator" } });
  const maker = { ...member, role: "Administrator", managesInstallation: true } as const;
  const client = await newApiClient(maker, { role: "Viewer", managesInstallation: true });
  expect(await share(false)).toMatchObject({ status: 409, answer: { errors: [{ field: "apiClients" }] } });
  expect((await share(false, { apiClients: "disable" })).status).toBe(204);
  expect((await ask("GET", `/api-clients/${client.id}`)).answer).toMatchObject({ isEnabled: false });
  const people = (await ask("GET", "/people")).answer.items;
  expect(people).toContainEqual(expect.objectContaining({ id, managesInstallation: false }));
  const other = await newTenantAdmin();
  expect((await ask("PUT", `/people/${other.id}/installation`, { body: { manages: true } })).status).toBe(
    404,
  );
});

test("a signing key is imported once; its private half stands in no answer, log or row", async () => {
  const jwk = foreignJwk();
  const body = { jwk: JSON.stringify(jwk), role: "retired" };
  const add = (as: string) => codeOf("POST", "/signing-keys", as, body);
  expect(await add(administrator)).toBe("403 forbidden");
  expect(await add(unconfirmed)).toBe("403 confirmation_needed");
  const headers = keyed();
  const made = await ask("POST", "/signing-keys", { body, headers });
  expect(made).toMatchObject({ status: 201, answer: { activatesAt: null } });
  expect((await ask("POST", "/signing-keys", { body, headers })).answer).toEqual(made.answer);
  const again = await ask("POST", "/signing-keys", { body });
  const bad = await ask("POST", "/signing-keys", { body: { ...body, jwk: body.jwk.slice(1) } });
  const other = { ...body, jwk: JSON.stringify(foreignJwk()) };
  const reused = await ask("POST", "/signing-keys", { body: other, headers });
  expect([again.status, bad.status, reused.status]).toEqual([409, 422, 422]);
  const rows = [await prisma().idempotencyKey.findMany(), await prisma().signingKey.findMany()];
  const said = [logLines, rows, made.text, again.text, bad.text, reused.text].map((each) =>
    JSON.stringify(each),
  );
  expect(said.join("")).not.toContain(jwk.d);
});
