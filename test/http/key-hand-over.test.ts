import { beforeEach, describe, expect, test } from "vitest";
import { isAuthentic, ROW } from "@/lib/credentials/authentic";
import { whereLive } from "@/lib/credentials/conditions";
import type { UserActor } from "@/lib/ctx";
import { database, inTransaction } from "@/lib/db";
import { listRotations } from "@/lib/fleet/queries/rotation-progress";
import { editLimits } from "@/lib/limits/commands";
import { type Limits, NO_LIMITS } from "@/lib/limits/schema";
import { type Rotated, rotateCredentialSchema } from "@/lib/rotations/schema";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableCredential } from "@/lib/workflows/disable-credential";
import { endDueRotations } from "@/lib/workflows/end-due-rotations";
import { cancelRotation } from "@/lib/workflows/end-rotation";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { rewriteCredential } from "@/test/credential-rows";
import { ASSERTION_TYPE, addedKey, assertion, newPublicKey, type RobotKey } from "@/test/keys";
import { buyToken as buyWithSecret, connect, postForm, type Session, send } from "@/test/robot";
import { listenTo } from "@/test/streams";
import { type NewPair, newPair, successorProof } from "@/test/successor-keys";
import {
  act,
  ask,
  call,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
} from "@/test/world";

const SUCCESSOR = "/api/identity/connect/successor";

let admin: UserActor;
let machine: Provisioned;
let old: RobotKey;
let token: string;

const askToken = async (key: RobotKey) =>
  postForm({
    grant_type: "client_credentials",
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(key, `${ORIGIN}/api/identity`),
  });
async function buyToken(key: RobotKey): Promise<string> {
  const answer = await askToken(key);
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  old = await addedKey(admin, machine);
  const { machineId, secretId } = machine;
  await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: false });
  token = await buyToken(old);
});

const rotate = (details: object = {}, credentialId = old.keyId): Promise<Rotated> => {
  const asked = { machineId: machine.machineId, credentialId, retirement: "moved", handsOver: true };
  return act(admin, rotateCredential, rotateCredentialSchema.parse({ ...asked, ...details }));
};
const refusal = (deed: Promise<unknown>) =>
  deed.then(
    () => null,
    (error: unknown) => error,
  );

async function bring(session: Session, pair: NewPair, changed: object = {}): Promise<Response> {
  const proof = await successorProof(pair, machine.clientId);
  return call("POST", SUCCESSOR, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ sessionId: session.id, public_key: pair.publicJwk, proof, ...changed }),
  });
}
async function brought(session: Session, pair: NewPair): Promise<RobotKey> {
  const answer = await bring(session, pair);
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const body = (await answer.json()) as { key_id: string };
  expect(body).toEqual({ client_id: machine.clientId, key_id: expect.any(String), key_expires_at: 0 });
  return { machine, keyId: body.key_id, ...pair };
}
async function expectRefused(answer: Promise<Response>, status: number, code: string, detail = "") {
  const body: unknown = await (await answer).json();
  expect(body).toMatchObject({ status, code, detail: expect.stringContaining(detail) });
}

const endDue = (now = new Date()) => inTransaction(database(), (db) => endDueRotations(systemCtx(db, now)));

/** What the clock does in a second, again where PostgreSQL asks for it. */
async function look(now = new Date()): Promise<void> {
  await endDue(now);
  await inTransaction(database(), (db) => cutExpired(systemCtx(db, now)));
}
const stored = (id: string) => prisma().credential.findUniqueOrThrow({ where: { id } });
const rotationOf = (id: string) => prisma().rotation.findUniqueOrThrow({ where: { id } });
const live = () =>
  prisma().credential.count({ where: { machineId: machine.machineId, ...whereLive(new Date()) } });
const view = async () => (await ask(admin, listRotations, machine))[0];
const remove = (credentialId: string) =>
  act(admin, deleteCredential, { machineId: machine.machineId, credentialId, confirmedLast: false });

test("each host brings a key of its own, moves to it, and the old one ends with the last", async () => {
  const [a, b] = [await connect(token, "HOST-A"), await connect(token, "HOST-B")];
  const stream = await listenTo(a.id, token);
  const { rotationId, successorId, key, endsAt } = await rotate();
  expect([successorId, key]).toEqual([null, null]);
  expect(await stream.next()).toEqual({
    event: "credential-rotated",
    data: { successor: `${ORIGIN}${SUCCESSOR}`, endsAt: endsAt.toISOString() },
  });
  await stream.hangUp();
  expect((await stored(old.keyId)).expiresAt, "it gets its end with the first new one").toBeNull();
  expect(await view()).toMatchObject({ toCredentialId: null, keyIds: [], moved: 0, waiting: 2, endsAt });

  const given = await newPair();
  const first = await brought(a, given);
  expect((await stored(old.keyId)).expiresAt).toEqual(endsAt);
  expect(await brought(a, given), "the answer was lost").toMatchObject({ keyId: first.keyId });
  const second = await brought(a, await newPair("EdDSA"));
  expect((await askToken(first)).status, "it has made another pair since").toBe(401);
  expect(await prisma().rotationHost.count({ where: { rotationId, credentialId: { not: null } } })).toBe(1);
  const row = await stored(second.keyId);
  expect(row.name).toBe(`HOST-A (rotation of ${old.keyId})`);
  expect(
    isAuthentic(await prisma().credential.findUniqueOrThrow({ where: { id: row.id }, select: ROW })),
  ).toBe(true);

  await look();
  expect(await view()).toMatchObject({ keyIds: [second.keyId], moved: 0, waiting: 2 });
  await connect(await buyToken(second), "HOST-A");
  await look();
  expect(await view()).toMatchObject({ moved: 1, waiting: 1, waitingHosts: [{ hostName: "HOST-B" }] });
  const third = await brought(b, await newPair());
  // One that names no key is tried with each.
  const unnamed = await assertion(third, `${ORIGIN}/api/identity`, {}, { kid: undefined });
  const form = { grant_type: "client_credentials", client_assertion_type: ASSERTION_TYPE };
  expect((await postForm({ ...form, client_assertion: unnamed })).status).toBe(200);
  const moved = await buyToken(third);
  await connect(moved, "HOST-B");
  await look();
  expect(await rotationOf(rotationId)).toMatchObject({ endCode: "moved" });
  expect([(await askToken(old)).status, (await send("GET", "me", token)).status]).toEqual([401, 401]);
  expect((await send("GET", "me", moved)).status).toBe(200);
  expect(await prisma().rotationHost.count({ where: { rotationId } })).toBe(0);
  const notified = await prisma().notification.findMany({ where: { credentialId: old.keyId } });
  expect(notified.find(({ kind }) => kind === "rotation.finished")).toMatchObject({
    details: { hostsMoved: 2, successorId: null },
  });
});

describe("what is no proof, or no key, brings nothing", () => {
  const other = () => newPair();
  type Attempt = readonly [string, string, (pair: NewPair) => Promise<object>];
  type Members = Readonly<Record<string, unknown>>;
  const proofOf =
    (claims: Members, header: Members = {}) =>
    async (pair: NewPair) => ({
      proof: await successorProof(pair, machine.clientId, claims, header),
    });
  const now = () => Math.floor(Date.now() / 1000);
  test.each<Attempt>([
    ["for another address", "aud", proofOf({ aud: `${ORIGIN}/api/identity` })],
    ["for several addresses", "it lacks", proofOf({ aud: [`${ORIGIN}${SUCCESSOR}`, "x"] })],
    ["of another client", "sub", proofOf({ sub: "somebody" })],
    ["that has ended", "has expired", (pair) => proofOf({ exp: now() - 1 })(pair)],
    ["that ends in an hour", "5 minutes", (pair) => proofOf({ exp: now() + HOUR_SECONDS })(pair)],
    ["of the future", "future", (pair) => proofOf({ iat: now() + HOUR_SECONDS })(pair)],
    ["without a jti", "it lacks", proofOf({ jti: "" })],
    ["of another type", "typ", proofOf({}, { typ: "JWT" })],
    ["with a critical extension", "critical", proofOf({}, { crit: ["x"], x: 1 })],
    [
      "that another key signed",
      "has not signed",
      async (pair) => ({
        proof: await successorProof(pair, machine.clientId, {}, {}, (await other()).privateKey),
      }),
    ],
    [
      "of a symmetric algorithm",
      "algorithm",
      async (pair) => {
        const secret = Buffer.from(JSON.stringify(pair.publicJwk));
        return { proof: await successorProof(pair, machine.clientId, {}, { alg: "HS256" }, secret) };
      },
    ],
    ["that is unsigned", "no JWS", async () => ({ proof: "e30.e30." })],
  ])("a proof %s", async (_, detail, changed) => {
    const session = await connect(token, "HOST-A");
    await rotate();
    const pair = await newPair();
    await expectRefused(bring(session, pair, await changed(pair)), 422, "successor_proof_refused", detail);
    expect((await view())?.keyIds).toEqual([]);
    expect((await stored(old.keyId)).expiresAt).toBeNull();
  });

  test("a proof that was used before, a private half, a symmetric or weak key, one that the machine has; another's session", async () => {
    const [session, other] = [await connect(token, "HOST-A"), await connect(token, "HOST-B")];
    const pair = await newPair();
    const stranger = await provisioned(await newTenantAdmin());
    await expectRefused(bring(session, pair), 404, "no_successor");
    await rotate();
    const late = await connect(token, "LATE");
    await expectRefused(bring(late, pair), 403, "host_unknown");
    await expectRefused(bring({ ...session, id: stranger.machineId }, pair), 404, "session_not_found");
    await expectRefused(bring(session, pair, { public_key: undefined }), 409, "key_not_handed_over");
    const refused = async (public_key: object) =>
      expectRefused(bring(session, pair, { public_key }), 422, "successor_key_refused");
    await refused({ ...pair.publicJwk, d: "c2VjcmV0" });
    await refused({ kty: "oct", k: "c2VjcmV0" });
    await refused({ kty: "RSA", n: "AQAB", e: "AQAB" });
    const proof = await successorProof(pair, machine.clientId, { jti: "one" });
    expect((await bring(session, pair, { proof })).status).toBe(200);
    await expectRefused(bring(session, pair, { proof }), 422, "successor_proof_refused", "used before");
    await expectRefused(bring(other, pair), 422, "successor_key_refused");
    expect(await live()).toBe(2);
  });

  test("a client secret's robot brings none", async () => {
    token = await buyWithSecret(await provisioned(admin));
    const session = await connect(token, "HOST-A");
    await expectRefused(bring(session, await newPair()), 422, "invalid_body");
  });
});

describe("room for the keys", () => {
  const limit = (limits: Partial<Limits>) =>
    act(admin, editLimits, { seen: NO_LIMITS, limits: { ...NO_LIMITS, ...limits } });

  test("is asked for before the rotation begins, with the number that is needed", async () => {
    for (let host = 0; host < 10; host += 1) await connect(token, `HOST-${host}`);
    expect(await refusal(rotate())).toMatchObject({
      code: "limit_reached",
      field: "handsOver",
      message: expect.stringMatching(/10 hosts .* 11 live keys .* allows 10\. Allow 11 /),
    });
    expect(await view()).toBeUndefined();
    await limit({ liveCredentialsMax: 11 });
    await rotate();
  });

  test("that is gone meanwhile is said to the robot with a code of its own", async () => {
    const session = await connect(token, "HOST-A");
    await rotate();
    await addedKey(admin, machine);
    await limit({ liveCredentialsMax: 2 });
    await expectRefused(bring(session, await newPair()), 409, "key_limit_reached");
    expect((await stored(old.keyId)).expiresAt).toBeNull();
  });

  test("is of no use where no host is known; a key that is named is for all of them", async () => {
    expect(await refusal(rotate())).toMatchObject({ code: "conflict", field: "handsOver" });
    expect(await refusal(rotate({ handsOver: false }))).toMatchObject({ field: "publicKey" });
    const { key, rotationId } = await rotate({ publicKey: await newPublicKey() });
    expect(await rotationOf(rotationId)).toMatchObject({ toCredentialId: key?.keyId, handsOver: false });
  });

  test("the tenant's maximum and the end that was chosen hold for each key", async () => {
    const session = await connect(token, "HOST-A");
    const expiresAt = addSeconds(new Date(), 40 * DAY_SECONDS);
    await rotate({ expiresAt });
    await limit({ lifetimeDaysMax: 30 });
    const answer = (await (await bring(session, await newPair())).json()) as { key_id: string };
    const end = (await stored(answer.key_id)).expiresAt ?? new Date(0);
    expect(end < expiresAt).toBe(true);
  });
});

describe("there is always one that works", () => {
  test("nobody brings a key in time: the old one lives on as before", async () => {
    await connect(token, "HOST-A");
    const own = addSeconds(new Date(), 90 * DAY_SECONDS);
    await rewriteCredential(old.keyId, { expiresAt: own });
    const { rotationId, endsAt } = await rotate({ retirement: "hour" });
    await look(addSeconds(endsAt, -1));
    expect(await rotationOf(rotationId)).toMatchObject({ endedAt: null });
    await look(endsAt);
    expect(await rotationOf(rotationId)).toMatchObject({ endCode: "nobody_moved" });
    expect((await stored(old.keyId)).expiresAt).toEqual(own);
  });

  test("the keys that were brought are deleted: with the last the old one has its end of before", async () => {
    const hosts = [await connect(token, "HOST-A"), await connect(token, "HOST-B")];
    const { rotationId } = await rotate({ retirement: "day" });
    const keys = [];
    for (const host of hosts) keys.push(await brought(host, await newPair()));
    for (const key of keys) expect(await refusal(rotate({}, key.keyId))).toMatchObject({ code: "conflict" });
    await remove(keys[0]?.keyId ?? "");
    expect(await rotationOf(rotationId)).toMatchObject({ endedAt: null });
    await remove(keys[1]?.keyId ?? "");
    expect(await rotationOf(rotationId)).toMatchObject({ endCode: "successor_ended" });
    expect((await stored(old.keyId)).expiresAt).toBeNull();
  });

  test("a cancellation deletes those that were brought, and cuts whoever has moved", async () => {
    const session = await connect(token, "HOST-A");
    const { rotationId } = await rotate();
    const key = await brought(session, await newPair());
    await connect(await buyToken(key), "HOST-A");
    const ending = { machineId: machine.machineId, rotationId, deletesSuccessor: true };
    expect(await act(admin, cancelRotation, ending)).toMatchObject({ disconnectedHosts: ["HOST-A"] });
    expect([(await askToken(key)).status, (await askToken(old)).status]).toEqual([401, 200]);
    expect((await stored(old.keyId)).expiresAt).toBeNull();
  });

  test("a host whose new key is disabled has not moved, and brings no other in its place", async () => {
    const session = await connect(token, "HOST-A");
    const { rotationId } = await rotate();
    const pair = await newPair();
    const key = await brought(session, pair);
    await connect(await buyToken(key), "HOST-A");
    const of = { tenantId: admin.tenantId, machineId: machine.machineId, credentialId: key.keyId };
    await act(admin, disableCredential, { ...of, reason: "seen" });
    await look();
    const again = await connect(token, "HOST-A");
    await expectRefused(bring(again, pair), 404, "no_successor");
    await expectRefused(bring(again, await newPair()), 404, "no_successor");
    expect(await stored(key.keyId)).toMatchObject({ revokedAt: null, disabledAt: expect.any(Date) });
    expect(await rotationOf(rotationId)).toMatchObject({ endedAt: null });
    expect((await askToken(old)).status).toBe(200);
  });

  test("whatever comes together: keys that are brought and deleted, a cancellation, the clock", async () => {
    for (let round = 0; round < 6; round += 1) {
      const host = await connect(token, "HOST-A");
      const { rotationId } = await rotate({ retirement: "moved" });
      const key = await brought(host, await newPair());
      if (round % 2 === 0) await connect(await buyToken(key), "HOST-A");
      const ending = { machineId: machine.machineId, rotationId, deletesSuccessor: true };
      await Promise.all([
        refusal(remove(key.keyId)),
        refusal(bring(host, await newPair())),
        endDue(),
        ...(round % 3 === 0 ? [refusal(act(admin, cancelRotation, ending))] : []),
        endDue(),
      ]);
      await look();
      expect(await live()).toBeGreaterThan(0);
      await refusal(act(admin, cancelRotation, ending));
      if ((await askToken(old)).status === 200) continue;
      old = await addedKey(admin, machine);
      token = await buyToken(old);
    }
  });
});
