import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { askAdminApi, type Sent } from "@/test/admin-api";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { newPublicKey } from "@/test/keys";
import { askToken, buyToken } from "@/test/robot";
import { newTenantAdmin, prisma, provisioned, unique } from "@/test/world";

const RIGHTS = { role: "Administrator", mayConfirm: true } as const;

let owner: UserActor;
let token: string;
/** Tokens of who may not: by role, without the permission to confirm, of another tenant. */
let others: { operator: string; unconfirmed: string; stranger: string };
/** The API client that things are done to. */
let subject: Awaited<ReturnType<typeof newApiClient>>;
beforeAll(async () => {
  owner = await newTenantAdmin();
  const [own, operator, unconfirmed, stranger] = [
    await newApiClient(owner, RIGHTS),
    await newApiClient(owner, { ...RIGHTS, role: "Operator" }),
    await newApiClient(owner, { role: "Administrator" }),
    await newApiClient(await newTenantAdmin(), RIGHTS),
  ];
  token = await buyToken(own);
  others = {
    operator: await buyToken(operator),
    unconfirmed: await buyToken(unconfirmed),
    stranger: await buyToken(stranger),
  };
  subject = await newApiClient(owner, { role: "Operator" });
});

const ask = (method: string, path: string, { as = token, ...sent }: Partial<Sent> = {}) =>
  askAdminApi(method, path, { as, ...sent });
const change = async (method: string, path: string, body?: unknown) => {
  const { status, answer } = await ask(method, path, body === undefined ? {} : { body });
  expect(status, `${method} ${path}: ${JSON.stringify(answer)}`).toBeLessThan(300);
  return answer;
};
const at = (path = "") => `/api-clients/${subject.id}${path}`;

/** Whoever may not is told so, another tenant has no such thing, and nothing of it is done. */
async function expectClosed(method: string, path: string, body?: unknown) {
  const refused = { status: 403, answer: { code: "forbidden" } };
  expect(await ask(method, path, { as: others.operator, body })).toMatchObject(refused);
  expect((await ask(method, path, { as: others.stranger, body })).status).toBe(404);
  if (method === "GET") return;
  expect(await ask(method, path, { as: others.unconfirmed, body })).toMatchObject({
    status: 403,
    answer: { code: "confirmation_needed" },
  });
}

describe("API clients", () => {
  test("are made once for a key, with no more rights than whoever makes them; who answers for that one answers for them", async () => {
    const body = { name: unique("made"), role: "Operator" };
    const headers = { "idempotency-key": randomUUID() };
    for (const as of [others.operator, others.unconfirmed])
      expect((await ask("POST", "/api-clients", { as, body })).status).toBe(403);
    const made = await ask("POST", "/api-clients", { body, headers });
    expect(made).toMatchObject({ status: 201, answer: { clientSecret: expect.stringMatching(/^lks_/) } });
    const { clientSecret, ...rest } = made.answer;
    const again = await ask("POST", "/api-clients", { body, headers });
    expect(again.answer).toEqual({ ...rest, secretsShown: true });
    expect((await askToken(made.answer)).status).toBe(200);
    expect(await ask("POST", "/api-clients", { body })).toMatchObject({
      status: 409,
      answer: { errors: [{ field: "name" }] },
    });
    const more = { ...body, name: unique("more"), managesInstallation: true };
    expect(await ask("POST", "/api-clients", { body: more })).toMatchObject({
      status: 403,
      answer: { errors: [{ field: "managesInstallation" }] },
    });
    const { answer } = await ask("GET", "/api-clients");
    const listed = answer.items.find(({ id }: { id: string }) => id === rest.id);
    expect(listed).toMatchObject({ ...body, isEnabled: true, liveSecrets: 1, revision: 1 });
    expect(JSON.stringify(answer)).not.toContain(clientSecret);
    const row = await prisma().apiClient.findUniqueOrThrow({ where: { machineId: rest.id } });
    expect(row).toMatchObject({ madeById: owner.id, madeBy: listed.madeBy });
    expect(listed.madeBy).not.toBe(owner.name);
  });

  test("are shown, saved against their revision, disabled, enabled and deleted; a dry run says what it would refuse", async () => {
    const { id, ...client } = await newApiClient(owner, { role: "Operator" });
    const path = `/api-clients/${id}`;
    await expectClosed("GET", path);
    const shown = await ask("GET", path);
    expect(shown.headers.get("etag")).toBe('"1"');
    const body = { name: unique("renamed"), role: "Viewer" };
    const save = (revision: string) => ask("PUT", path, { body, headers: { "if-match": revision } });
    expect(await save('"1"')).toMatchObject({ status: 200, answer: { revision: 2 } });
    expect(await save('"1"')).toMatchObject({ status: 412, answer: { code: "revision_outdated" } });
    expect((await ask("PUT", path, { body })).status).toBe(428);
    expect((await ask("GET", path)).answer).toMatchObject({ ...body, revision: 2 });

    for (const [deed, status] of [
      ["disable", 401],
      ["enable", 200],
      ["delete", 401],
    ] as const) {
      await expectClosed("POST", `${path}/${deed}`);
      if (deed !== "enable") {
        const preview = { name: body.name, liveSecrets: 1, liveKeys: 0 };
        expect(await change("POST", `${path}/${deed}?dryRun=true`)).toMatchObject(preview);
        expect((await askToken(client)).status).toBe(200);
      }
      await change("POST", `${path}/${deed}`);
      expect((await askToken(client)).status).toBe(status);
    }
    expect((await ask("GET", path)).status).toBe(404);
    const { machineId } = await provisioned(owner);
    expect((await ask("POST", `/api-clients/${machineId}/disable`)).status).toBe(404);
  });

  test("do nothing more that asks who they are once what they act with is deleted, though their token is looked at already", async () => {
    const maker = await newApiClient(owner, RIGHTS);
    const actor = {
      ...owner,
      ...RIGHTS,
      kind: "apiClient",
      id: maker.id,
      credentialId: maker.secretId,
    } as const;
    await newApiClient(actor, { role: "Viewer" });
    await change("POST", `/api-clients/${maker.id}/credentials/${maker.secretId}/delete`, {
      confirmedLast: true,
    });
    await expect(newApiClient(actor, { role: "Viewer" })).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("credentials of API clients", () => {
  test("are added, listed, edited, limited, disabled, enabled and deleted", async () => {
    for (const path of ["/secrets", "/keys", "/rotations", "/rehearsals"])
      await expectClosed("GET", at(path));
    await expectClosed("POST", at("/secrets"), {});
    const secret = await change("POST", at("/secrets"), { name: "second" });
    const key = await change("POST", at("/keys"), { name: "key", publicKey: await newPublicKey() });
    const secrets = async () => (await ask("GET", at("/secrets"))).answer.items;
    expect((await ask("GET", at("/keys"))).answer.items).toMatchObject([{ id: key.keyId }]);
    const path = at(`/credentials/${secret.secretId}`);
    const seen = { name: "second", note: "", expiresAt: null };
    await expectClosed("PUT", path, { name: "second", seen });
    await change("PUT", path, { name: "renamed", seen });
    expect(await ask("PUT", path, { body: { name: "other", seen } })).toMatchObject({ status: 409 });
    expect(await change("PUT", `${path}/rules?dryRun=true`, { addresses: "10.0.0.0/8" })).toMatchObject({
      refused: [],
    });
    await change("PUT", `${path}/rules`, { purchasesMax: 9 });
    const preview = await change("POST", `${path}/disable?dryRun=true`, {});
    expect(preview).toEqual({ hosts: [], jobs: [] });
    await change("POST", `${path}/disable`, { reason: "lost" });
    expect(await secrets()).toContainEqual(
      expect.objectContaining({ name: "renamed", purchasesMax: 9, disabledReason: "lost" }),
    );
    expect((await askToken(secret)).status).toBe(401);
    await change("POST", `${path}/enable`);
    expect((await askToken(secret)).status).toBe(200);
    await expectClosed("POST", `${path}/delete`, {});
    await change("POST", `${path}/delete`, {});
    expect(await ask("POST", `${path}/enable`)).toMatchObject({ status: 410 });
    expect(JSON.stringify(await secrets())).not.toContain(secret.clientSecret);
  });

  test("are rotated and rehearsed, which the addresses of machines neither begin nor show nor end", async () => {
    const path = at(`/credentials/${subject.secretId}`);
    const headers = { "idempotency-key": randomUUID() };
    const body = { retirement: "day" };
    const rotated = await ask("POST", `${path}/rotate`, { body, headers });
    expect(rotated).toMatchObject({ status: 201, answer: { secret: { clientSecret: expect.any(String) } } });
    const again = await ask("POST", `${path}/rotate`, { body, headers });
    expect(again.answer).toMatchObject({ rotationId: rotated.answer.rotationId, secretsShown: true });
    expect(again.text).not.toContain(rotated.answer.secret.clientSecret);
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    await change("POST", `${path}/rehearse`, { endsAt });
    const [rehearsal] = (await ask("GET", at("/rehearsals"))).answer.items;
    const [rotation] = (await ask("GET", at("/rotations"))).answer.items;
    const cancel = `/rehearsals/${rehearsal.id}/cancel`;
    const end = `/rotations/${rotation.id}/end`;
    for (const where of [cancel, end]) {
      await expectClosed("POST", at(where));
      expect((await ask("POST", `/machines/${subject.id}${where}`)).status).toBe(404);
    }
    for (const list of ["rotations", "rehearsals"])
      for (const as of [others.operator, token])
        expect((await ask("GET", `/machines/${subject.id}/${list}`, { as })).status).toBe(404);
    await change("POST", at(cancel));
    await change("POST", at(end));
    expect((await ask("GET", at("/rehearsals"))).answer.items).toEqual([]);
    expect((await askToken(subject)).status).toBe(401);
    const next = await change("POST", at(`/credentials/${rotated.answer.secret.secretId}/rotate`), body);
    await change("POST", at(`/rotations/${next.rotationId}/cancel`), { deletesSuccessor: true });
    expect((await ask("GET", at("/rotations"))).answer.items).toEqual([]);
  });
});

test("the record says with which credential an API client acted", async () => {
  const { machineId } = await change("POST", "/machines", { name: unique("machine"), kind: "Template" });
  const event = await prisma().auditEvent.findFirstOrThrow({ where: { machineId } });
  const actor = await prisma().credential.findFirstOrThrow({ where: { machineId: event.actorId ?? "" } });
  expect(event).toMatchObject({ actorKind: "apiClient", details: { actorCredentialId: actor.id } });
});
