import { randomUUID } from "node:crypto";
import { armor, Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import pg from "pg";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { long, perform } from "@/lib/http/deeds";
import { editLimits } from "@/lib/limits/commands";
import { NO_LIMITS } from "@/lib/limits/schema";
import { addKey } from "@/lib/machines/commands/add-key";
import { KEPT_OF_EACH } from "@/lib/machines/commands/keep-preview";
import { machineFilterSchema } from "@/lib/machines/schema";
import { disableMachines } from "@/lib/workflows/disable-machines";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { newPublicKey } from "@/test/keys";
import { askToken, buyToken, connect, send } from "@/test/robot";
import {
  act,
  databaseUrl,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  unique,
} from "@/test/world";

let owner: UserActor;
let token: string;
beforeAll(async () => {
  owner = await newTenantAdmin();
  token = await clientOf(owner);
});

const clientOf = async (
  actor: UserActor,
  rights: Parameters<typeof newApiClient>[1] = { role: "Operator" },
) => buyToken(await newApiClient(actor, rights));

const ask = (path: string, body: unknown, { as = token, ...sent }: Partial<Sent> = {}) =>
  askAdminApi("POST", `/machines${path}`, { as, body, ...sent });
const keyed = (key = randomUUID()) => ({ headers: { "idempotency-key": key } });

const machine = (name = unique("many")) => ({ name, kind: "Template" });
const many = (count: number) => Array.from({ length: count }, () => machine());
const machinesOf = ({ tenantId }: UserActor) =>
  prisma().machine.count({ where: { tenantId, deletedAt: null, kind: { not: "ApiClient" } } });

type Line = { provisioned: { clientId: string; clientSecret: string } | null };

async function decrypted(identity: string, file: string) {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return JSON.parse(await decrypter.decrypt(armor.decode(file), "text"));
}

describe("many machines are provisioned", () => {
  test("all or none: every wrong row is told at its place, and nothing is written", async () => {
    const [taken, twice] = [machine(), machine()];
    expect((await ask("/provision", { machines: [taken] })).answer.results).toHaveLength(1);
    const before = await machinesOf(owner);
    const rows = [
      machine(),
      { name: "", kind: "Template" },
      { ...machine(), tag: ["typo"] },
      { ...taken, name: taken.name.toUpperCase() },
      twice,
      twice,
      "no machine",
    ];
    const refused = await ask("/provision", { machines: rows });
    expect(refused).toMatchObject({ status: 422, answer: { code: "invalid" } });
    expect(refused.answer.errors.map(({ field }: { field: string }) => field)).toEqual([
      "machines.1.name",
      "machines.2",
      "machines.3.name",
      "machines.5.name",
      "machines.6",
    ]);
    const looked = await ask("/provision?dryRun=true", { machines: rows });
    const codes = looked.answer.results.map(
      ({ problem }: { problem: { code: string } | null }) => problem?.code,
    );
    expect(codes).toEqual([undefined, "invalid", "invalid", "conflict", undefined, "conflict", "invalid"]);
    expect(await machinesOf(owner)).toBe(before);

    const each = await ask("/provision", { machines: rows, mode: "each" });
    const made = each.answer.results.filter(({ provisioned }: Line) => provisioned !== null);
    expect(made.map(({ index }: { index: number }) => index)).toEqual([0, 4]);
    expect((await askToken(made[1].provisioned)).status).toBe(200);
    expect(await machinesOf(owner)).toBe(before + 2);
  });

  test("so many as the tenant allows", async () => {
    const actor = await newTenantAdmin();
    await act(actor, editLimits, { limits: { ...NO_LIMITS, machinesMax: 2 }, seen: NO_LIMITS });
    const body = { machines: many(3), mode: "each" };
    const { answer } = await ask("/provision", body, { as: await clientOf(actor) });
    expect(answer.results[2]).toMatchObject({ problem: { code: "limit_reached" }, provisioned: null });
    expect(await machinesOf(actor)).toBe(2);
  });

  test("by whoever may, and no other", async () => {
    const viewer = await clientOf(owner, { role: "Viewer" });
    for (const path of ["/provision", "/provision?dryRun=true"])
      expect((await ask(path, { machines: many(1) }, { as: viewer })).status).toBe(403);
    expect((await ask("/provision", { machines: [] })).status).toBe(400);
    expect((await ask("/provision", { machines: many(1), recipient: "age1short" })).answer).toMatchObject({
      code: "invalid",
      errors: [{ field: "recipient" }],
    });
  });

  test("with the secrets in a file that the recipient alone can read", async () => {
    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    const sent = keyed();
    const body = { machines: many(3), recipient };
    const { text, answer } = await ask("/provision", body, sent);
    expect(text).not.toContain("lks_");
    const secrets = await decrypted(identity, answer.encrypted);
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) expect((await askToken(secret)).status).toBe(200);
    const again = await ask("/provision", body, sent);
    expect(again.answer).toMatchObject({ secretsShown: true, results: [{}, {}, {}] });
    expect(again.answer).not.toHaveProperty("encrypted");
  });

  test("1,000 in one call, asked for three times: each machine once, each secret shown once", async () => {
    const actor = await newTenantAdmin();
    const sent = { as: await clientOf(actor), ...keyed() };
    const body = { machines: many(1000) };
    const started = performance.now();
    const first = await ask("/provision", body, sent);
    console.info(`1,000 machines in one call: ${Math.round(performance.now() - started)} ms`);
    const others = [await ask("/provision", body, sent), await ask("/provision", body, sent)];
    expect(first.status).toBe(200);
    const secrets = new Set(first.answer.results.map(({ provisioned }: Line) => provisioned?.clientSecret));
    expect(secrets.size).toBe(1000);
    for (const { text, answer } of others) {
      expect(answer.secretsShown).toBe(true);
      expect(text).not.toContain("lks_");
      expect(answer.results).toHaveLength(1000);
    }
    expect(await machinesOf(actor)).toBe(1000);
    expect((await askToken(first.answer.results[999].provisioned)).status).toBe(200);
    const events = await prisma().auditEvent.groupBy({
      by: ["type"],
      where: { tenantId: actor.tenantId, type: { in: ["machine.provisioned", "secret.issued"] } },
      _count: true,
    });
    // One secret more: that of the API client.
    expect(events.map(({ _count }) => _count).toSorted()).toEqual([1000, 1001]);
  });

  test("one whose connection ends midway leaves nothing, and is done when it is sent again", async () => {
    const actor = await newTenantAdmin();
    const sent = { as: await clientOf(actor), ...keyed() };
    const body = { machines: many(20) };
    const operator = new pg.Client({ connectionString: databaseUrl });
    await operator.connect();
    try {
      // The machines are written, and their secrets wait.
      await operator.query("BEGIN; LOCK TABLE credentials IN SHARE ROW EXCLUSIVE MODE");
      const asked = ask("/provision", body, sent);
      const ended = () => prisma().$queryRaw`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO "public"."credentials"%'`;
      await expect.poll(ended).toHaveLength(1);
      expect((await asked).status).toBe(503);
    } finally {
      await operator.end();
    }
    expect(await machinesOf(actor)).toBe(0);
    const again = await ask("/provision", body, sent);
    expect(again.status).toBe(200);
    expect(again.answer).not.toHaveProperty("secretsShown");
    expect(await machinesOf(actor)).toBe(20);
  });
});

describe("a deed on many machines", () => {
  let actor: UserActor;
  let as: string;
  let fleet: Provisioned[];
  let client: Awaited<ReturnType<typeof newApiClient>>;
  beforeEach(async () => {
    actor = await newTenantAdmin();
    client = await newApiClient(actor, { role: "Administrator", mayConfirm: true });
    as = await buyToken(client);
    fleet = [await provisioned(actor), await provisioned(actor), await provisioned(actor)];
  });

  const ids = () => fleet.map(({ machineId }) => machineId);
  const of = (path: string, body: object = { machineIds: ids() }) => ask(path, body, { as });
  /** How many wait for a row's lock with such a statement. */
  const waiting = async (statement: string) => {
    const rows = await prisma().$queryRaw<unknown[]>`
      SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE ${`%${statement}`}`;
    return rows.length;
  };
  const robotOn = async (place: number, hostName: string) => {
    const robot = await buyToken(fleet[place] as Provisioned);
    await connect(robot, hostName);
    return robot;
  };
  const enabled = () =>
    prisma().machine.count({ where: { id: { in: ids() }, disabledAt: null, deletedAt: null } });
  const DEEDS = [
    ["/delete", {}],
    ["/disable", {}],
    ["/enable", {}],
    ["/secrets", {}],
    ["/rotate", { retirement: "now" }],
  ] as const;

  test.each(DEEDS)(
    "%s is nobody's who may not, and reaches no other tenant and no API client",
    async (path, more) => {
      const viewer = await buyToken(await newApiClient(actor, { role: "Viewer" }));
      const body = { machineIds: ids(), ...more };
      for (const dry of ["", "?dryRun=true"]) {
        expect((await ask(path + dry, body, { as: viewer })).status).toBe(403);
        const stranger = await clientOf(owner, { role: "Operator", mayConfirm: true });
        expect((await ask(path + dry, body, { as: stranger })).status).toBe(404);
        expect((await of(path + dry, { ...more, machineIds: [client.id] })).status).toBe(404);
      }
      const filter = { search: fleet[0]?.machineName };
      for (const wrong of [{}, { machineIds: ids(), filter }])
        expect(await of(path, { ...more, ...wrong })).toMatchObject({
          status: 422,
          answer: { code: "invalid" },
        });
      expect((await of(path, { ...more, filter: { serach: "typo" } })).status).toBe(400);
      expect(await enabled()).toBe(3);
    },
  );

  test("by a filter is done to those that match, and to nothing else", async () => {
    const filter = { search: fleet[0]?.machineName };
    expect(await of("/disable", { filter })).toMatchObject({ status: 200, answer: { machines: 1 } });
    expect((await of("/enable", { filter: { state: "disabled" } })).answer).toEqual({ machines: 1 });
    expect((await of("/delete", { filter: {} })).answer).toMatchObject({ deleted: 3 });
    expect((await askToken(client)).status).toBe(200);
  });

  test.each(["/delete", "/disable"])("%s shows what it cuts, and refuses to cut more", async (path) => {
    await robotOn(0, "HOST-1");
    const body = { filter: {} };
    const { answer } = await of(`${path}?dryRun=true`, body);
    expect(answer).toMatchObject({
      machines: 3,
      hosts: { count: 1, names: ["HOST-1"] },
      jobs: { count: 0, first: [] },
    });
    const preview = answer.token;
    await robotOn(1, "HOST-2");
    const late = await provisioned(actor);
    const grown = await of(path, { ...body, preview });
    expect(grown).toMatchObject({ status: 409, answer: { code: "cut_grew" } });
    expect(grown.answer.detail).toContain("HOST-2");
    expect(grown.answer.detail).toContain(late.machineName);
    expect(grown.answer.detail).not.toContain("HOST-1");
    expect(await enabled()).toBe(3);

    const anew = (await of(`${path}?dryRun=true`, body)).answer.token;
    const another = await buyToken(await newApiClient(actor, { role: "Operator", mayConfirm: true }));
    expect((await ask(path, { ...body, preview: anew }, { as: another })).status).toBe(410);
    const done = await of(path, { ...body, preview: anew });
    expect(done.answer.disconnectedHosts).toEqual(["HOST-1", "HOST-2"]);
    expect(await enabled()).toBe(0);
  });

  test("is one at a time in a tenant; others are told to wait, and hold no connection", async () => {
    const operator = new pg.Client({ connectionString: databaseUrl });
    await operator.connect();
    const elsewhere = await newTenantAdmin();
    await provisioned(elsewhere);
    const other = await clientOf(elsewhere);
    try {
      await operator.query("BEGIN");
      await operator.query("SELECT FROM machines WHERE id = $1 FOR UPDATE", [ids()[0]]);
      const first = of("/enable", { filter: {} });
      await expect.poll(() => waiting("SELECT id, name, client_id%")).toBe(1);
      const second = await of("/rotate", { filter: {}, retirement: "now" });
      expect(second).toMatchObject({ status: 429, answer: { code: "too_many_requests" } });
      expect(second.headers.get("retry-after")).toBe("5");
      await expect(
        perform(actor, long(disableMachines), { filter: machineFilterSchema.parse({}) }),
      ).rejects.toMatchObject({
        code: "too_many",
      });
      expect((await ask("/enable", { filter: {} }, { as: other })).status).toBe(200);
      // Who cuts one machine waits for nobody's change of many.
      const { machineId } = await provisioned(actor);
      expect((await of("/disable", { machineIds: [machineId] })).status).toBe(200);
      await operator.query("ROLLBACK");
      expect((await first).status).toBe(200);
    } finally {
      await operator.end();
    }
    expect((await of("/disable", { filter: {} })).status).toBe(200);
  });

  test("takes secrets in one order over all machines, as those do who write their last uses", async () => {
    const { answer } = await of("/provision", { machines: many(501) });
    const made: { provisioned: { machineId: string; secretId: string } }[] = answer.results;
    const inOrder = made
      .map(({ provisioned: one }) => one)
      .toSorted((one, other) => (one.machineId < other.machineId ? -1 : 1));
    const [last] = inOrder.slice(-1);
    const before = inOrder.slice(0, 500).map(({ secretId }) => secretId);
    const operator = new pg.Client({ connectionString: databaseUrl });
    await operator.connect();
    try {
      await operator.query("BEGIN");
      await operator.query("SELECT FROM credentials WHERE id = $1 FOR UPDATE", [last?.secretId]);
      const deleted = of("/delete", { machineIds: inOrder.map(({ machineId }) => machineId) });
      await expect.poll(() => waiting("%credentials%")).toBe(1);
      const { rowCount } = await operator.query(
        "SELECT FROM credentials WHERE id = ANY($1) AND id > $2 FOR UPDATE SKIP LOCKED",
        [before, last?.secretId],
      );
      expect(rowCount).toBe(before.filter((id) => id > (last?.secretId ?? "")).length);
      await operator.query("ROLLBACK");
      expect((await deleted).answer).toMatchObject({ deleted: 501 });
    } finally {
      await operator.end();
    }
  });

  test("of what a program looked at the newest is kept", async () => {
    const tokens: string[] = [];
    tokens.push((await of("/enable?dryRun=true")).answer.token);
    const seen = { tenantId: actor.tenantId, madeBy: client.id, at: new Date() };
    const data = Array.from({ length: KEPT_OF_EACH }, () => ({ ...seen, id: randomUUID() }));
    await prisma().cutPreview.createMany({ data });
    for (let looked = 0; looked < 2; looked += 1) tokens.push((await of("/enable?dryRun=true")).answer.token);
    expect(await prisma().cutPreview.count({ where: { madeBy: client.id } })).toBe(KEPT_OF_EACH);
    expect((await of("/enable", { machineIds: ids(), preview: tokens[0] })).status).toBe(410);
    expect((await of("/enable", { machineIds: ids(), preview: tokens.at(-1) })).status).toBe(200);
  });

  test("a host that was shown and has connected anew is no more than was shown", async () => {
    const robot = await robotOn(0, "HOST-1");
    const preview = (await of("/disable?dryRun=true")).answer.token;
    const { sessionId } = await prisma()
      .session.findFirstOrThrow({
        where: { tenantId: actor.tenantId },
        select: { id: true },
      })
      .then(({ id }) => ({ sessionId: id }));
    expect((await send("DELETE", `sessions/${sessionId}`, robot)).status).toBe(204);
    await robotOn(0, "HOST-1");
    expect((await of("/disable", { machineIds: ids(), preview })).status).toBe(200);
  });

  test("each gets a secret, or is told why not", async () => {
    const [first, second] = ids();
    await act(actor, editLimits, { limits: { ...NO_LIMITS, liveCredentialsMax: 2 }, seen: NO_LIMITS });
    expect((await of("/secrets", { machineIds: [first] })).status).toBe(200);
    const unknown = randomUUID();
    const sent = { as, ...keyed() };
    const body = { machineIds: [first, second, unknown], name: "second" };
    const { answer } = await ask("/secrets", body, sent);
    const byId = new Map(answer.results.map((line: { machineId: string }) => [line.machineId, line]));
    expect(byId.get(first ?? "")).toMatchObject({ secret: null, problem: { code: "limit_reached" } });
    expect(byId.get(unknown)).toMatchObject({ secret: null, problem: { code: "not_found" } });
    const made = byId.get(second ?? "") as { secret: { clientId: string; clientSecret: string } };
    expect((await askToken(made.secret)).status).toBe(200);
    expect((await ask("/secrets", body, sent)).text).not.toContain("lks_");
  });

  test("all live secrets give way; keys and those in a rotation are told", async () => {
    const [first, second] = ids();
    await act(actor, addKey, {
      machineId: first ?? "",
      name: "k",
      expiresAt: null,
      publicKey: await newPublicKey(),
    });
    await robotOn(2, "HOST-1");
    expect(
      (await of("/rotate?dryRun=true", { machineIds: ids(), retirement: "day" })).answer.hosts.count,
    ).toBe(1);
    const begun = await of("/rotate", {
      machineIds: [second],
      retirement: "moved",
      handsOver: true,
      isShown: false,
    });
    expect(begun.answer.results).toMatchObject([
      { problem: null, secret: null, rotation: { endsAt: expect.any(String) } },
    ]);

    const identity = await generateIdentity();
    const recipient = await identityToRecipient(identity);
    const { answer, text } = await of("/rotate", { machineIds: ids(), retirement: "now", recipient });
    expect(text).not.toContain("lks_");
    expect(answer.keysLeft).toEqual({ count: 1, machines: [fleet[0]?.machineName] });
    const codes = answer.results.map(({ problem }: { problem: { code: string } | null }) => problem?.code);
    expect(codes.toSorted()).toEqual(["conflict", "conflict", undefined, undefined]);
    const secrets = await decrypted(identity, answer.encrypted);
    expect(secrets.map(({ replaces }: { replaces: string }) => replaces).toSorted()).toEqual(
      [fleet[0], fleet[2]].map((machine) => machine?.secretId).toSorted(),
    );
    for (const secret of secrets) expect((await askToken(secret)).status).toBe(200);
    expect((await askToken(fleet[0] as Provisioned)).status).toBe(401);
    expect((await askToken(fleet[1] as Provisioned)).status).toBe(200);
  });
});
