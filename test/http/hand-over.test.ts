import { beforeEach, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { PICK_UPS_MAX, type Rotated, rotateCredentialSchema } from "@/lib/rotations/schema";
import { addSeconds } from "@/lib/time";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { buyBoundToken, firstNonce, newHolder, proof } from "@/test/dpop";
import { dumpDatabase } from "@/test/dump";
import { buyToken, connect, type Session } from "@/test/robot";
import { listenTo } from "@/test/streams";
import {
  act,
  CALLER_ADDRESS,
  call,
  inTransaction,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  prisma,
  provisioned,
} from "@/test/world";

const SUCCESSOR = "/api/identity/connect/successor";

let admin: UserActor;
let machine: Provisioned;
let token: string;
let session: Session;

beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  // As the token endpoint notes it, behind its answer.
  const firstAt = addSeconds(new Date(), -60);
  const used = { tenantId: admin.tenantId, credentialId: machine.secretId, address: CALLER_ADDRESS };
  await prisma().credentialUse.create({ data: { ...used, firstAt, lastAt: firstAt, count: 1 } });
  token = await buyToken(machine);
  session = await connect(token, "HOST-A");
});

const rotate = (details: object = {}): Promise<Rotated> =>
  act(
    admin,
    rotateCredential,
    rotateCredentialSchema.parse({
      machineId: machine.machineId,
      credentialId: machine.secretId,
      retirement: "day",
      handsOver: true,
      ...details,
    }),
  );

type Fetching = { readonly sessionId?: string; readonly bearer?: string; readonly address?: string };
const fetchSuccessor = ({
  sessionId = session.id,
  bearer = token,
  address = CALLER_ADDRESS,
}: Fetching = {}) =>
  call("POST", SUCCESSOR, {
    address,
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    body: JSON.stringify({ sessionId }),
  });

async function expectRefused(answer: Promise<Response>, status: number, code: string) {
  const response = await answer;
  expect(await response.json()).toMatchObject({ status, code });
  expect(response.headers.get("content-type")).toBe("application/problem+json");
}

const pickUps = () =>
  prisma().auditEvent.findMany({ where: { tenantId: admin.tenantId, type: "successor.picked_up" } });
const told = () =>
  prisma().notification.findMany({
    where: { tenantId: admin.tenantId, kind: "successor.taken_elsewhere" },
  });

test("a host on the old secret is told once a stream, fetches the new one as often as answers are lost, and each time is recorded", async () => {
  const stream = await listenTo(session.id, token);
  const { secret, endsAt } = await rotate();
  expect(await stream.next()).toEqual({
    event: "credential-expiring",
    data: { id: machine.secretId, kind: "Secret", expiresAt: endsAt.toISOString() },
  });
  expect(await stream.next()).toEqual({
    event: "credential-rotated",
    data: { successor: `${ORIGIN}${SUCCESSOR}`, endsAt: endsAt.toISOString() },
  });
  await stream.hangUp();
  for (let time = 1; time <= 2; time += 1) {
    const answer = await fetchSuccessor();
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await answer.json()).toEqual({
      client_id: machine.clientId,
      client_secret: secret?.clientSecret,
      client_secret_expires_at: 0,
    });
  }
  const events = await pickUps();
  expect(events).toHaveLength(2);
  expect(events[0]).toMatchObject({
    credentialId: secret?.secretId,
    address: CALLER_ADDRESS,
    details: { hostName: "HOST-A", sessionId: session.id },
  });
  expect(await told()).toEqual([]);
  await buyToken({ clientId: machine.clientId, clientSecret: secret?.clientSecret ?? "" });
});

test("one who fetches from an address that never used the old secret is told of, once an address", async () => {
  const { rotationId } = await rotate();
  for (const address of ["198.51.100.4", "198.51.100.4", "198.51.100.5"]) {
    expect((await fetchSuccessor({ address })).status).toBe(200);
  }
  const notices = await told();
  expect(notices.map(({ details }) => details)).toEqual([
    expect.objectContaining({ rotationId, hostName: "HOST-A", address: "198.51.100.4" }),
    expect.objectContaining({ rotationId, hostName: "HOST-A", address: "198.51.100.5" }),
  ]);
});

test("a host is known by what it was before the rotation, not by when it connected last", async () => {
  await rotate();
  const again = await connect(token, "HOST-A");
  expect((await fetchSuccessor({ sessionId: again.id })).status).toBe(200);
  const stranger = await connect(token, "HOST-B");
  await expectRefused(fetchSuccessor({ sessionId: stranger.id }), 403, "host_unknown");
});

test("nobody fetches with what is another's: a session, a machine, the new secret, a rotation without hand-over", async () => {
  await expectRefused(fetchSuccessor(), 404, "no_successor");
  const other = await provisioned(await newTenantAdmin());
  const { secret } = await rotate();
  await expectRefused(fetchSuccessor({ bearer: await buyToken(other) }), 404, "session_not_found");
  const bearer = await buyToken({
    clientId: machine.clientId,
    clientSecret: secret?.clientSecret ?? "",
  });
  await expectRefused(fetchSuccessor({ bearer }), 409, "other_credential");
  await expectRefused(fetchSuccessor({ sessionId: "x" }), 400, "invalid_body");
});

test("a host that asks again and again is sent away", async () => {
  await rotate();
  for (let time = 0; time < PICK_UPS_MAX; time += 1) expect((await fetchSuccessor()).status).toBe(200);
  await expectRefused(fetchSuccessor(), 429, "successor_fetched_too_often");
  expect(await pickUps()).toHaveLength(PICK_UPS_MAX);
});

test("with the end of the rotation nothing is handed over any more, and nothing of it is left; with that of the old secret nobody is let in", async () => {
  const { rotationId, secret } = await rotate();
  const { encryptedValue } = await prisma().rotation.findUniqueOrThrow({ where: { id: rotationId } });
  const stored = Buffer.from(encryptedValue ?? "").toString("hex");
  const found = async () =>
    Object.entries(await dumpDatabase()).flatMap(([table, rows]) =>
      rows.some((row) => row.includes(stored) || row.includes(secret?.clientSecret ?? "")) ? [table] : [],
    );
  expect(await found()).toEqual(["rotations"]);
  expect((await fetchSuccessor()).status).toBe(200);
  expect(await found()).toEqual(["rotations"]);
  await inTransaction((db) =>
    endRotations({ db, actor: admin, now: new Date() }, admin.tenantId, { id: rotationId }, "cancelled"),
  );
  await expectRefused(fetchSuccessor(), 404, "no_successor");
  expect(await found()).toEqual([]);
  await rotate({ retirement: "now" });
  await expectRefused(fetchSuccessor(), 401, "invalid_token");
});

test("a machine that requires DPoP hands over only to who proves its key", async () => {
  const where = { id: machine.machineId };
  await prisma().machine.update({ where, data: { requiresDpop: true } });
  const { secret } = await rotate();
  await expectRefused(fetchSuccessor(), 401, "invalid_token");
  const [holder, nonce] = [newHolder(), await firstNonce(machine)];
  const bound = await buyBoundToken(machine, holder, nonce);
  const dpop = proof(holder, { nonce, token: bound, method: "POST", path: SUCCESSOR });
  const headers = { authorization: `DPoP ${bound}`, dpop, "content-type": "application/json" };
  const body = JSON.stringify({ sessionId: session.id });
  const answer = await call("POST", SUCCESSOR, { headers, body });
  expect(await answer.json()).toMatchObject({ client_secret: secret?.clientSecret });
});
