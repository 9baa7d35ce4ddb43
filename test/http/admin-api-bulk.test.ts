import { randomUUID } from "node:crypto";
import { armor, Decrypter, generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { editLimits } from "@/lib/limits/commands";
import { NO_LIMITS } from "@/lib/limits/schema";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { askToken, buyToken } from "@/test/robot";
import { act, newTenantAdmin, prisma, unique } from "@/test/world";

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
});
