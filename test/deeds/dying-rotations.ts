import { writeSync } from "node:fs";
import pg from "pg";
import type { Ctx, Db, RobotActor, UserActor } from "@/lib/ctx";
import { database, inTransaction } from "@/lib/db";
import type { Retirement } from "@/lib/rotations/schema";
import { openSession } from "@/lib/sessions/commands/open-session";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";
import { cutExpired } from "@/lib/workflows/cut-expired";
import { endDueRotations } from "@/lib/workflows/end-due-rotations";
import { cancelRotation, endRotationNow } from "@/lib/workflows/end-rotation";
import { rotateCredential } from "@/lib/workflows/rotate-credential";

/**
 * A process that rotates a machine's secret in every way, and dies by SIGKILL at one of its statements: just before it is sent, or just after.
 * It says on its output each value that it was given, and at the end how many statements there were.
 */
type Asked = {
  readonly admin: UserActor;
  readonly machine: { readonly machineId: string; readonly machineName: string; readonly clientId: string };
  /** The number of the statement; 0 lives. */
  readonly diesAt: number;
  readonly isSent: boolean;
};

const { admin, machine, diesAt, isSent } = JSON.parse(process.argv[2] ?? "") as Asked;
const { machineId } = machine;

let sent = 0;
const query = pg.Client.prototype.query;
Reflect.set(pg.Client.prototype, "query", function counted(this: pg.Client, ...args: unknown[]) {
  sent += 1;
  const die = () => process.kill(process.pid, "SIGKILL");
  if (sent === diesAt && !isSent) die();
  const answer: unknown = Reflect.apply(query, this, args);
  if (sent === diesAt && isSent) die();
  return answer;
});

const act = <I, T>(deed: (ctx: Ctx, input: I) => Promise<T>, input: I): Promise<T> =>
  inTransaction(database(), (db) => deed({ db, actor: admin, now: new Date() }, input));

async function look(): Promise<void> {
  const clock = (db: Db) => ({ db, actor: { kind: "system" }, now: new Date() }) as const;
  await inTransaction(database(), (db) => endDueRotations(clock(db)));
  await inTransaction(database(), (db) => cutExpired(clock(db)));
}

const live = async (): Promise<string> => {
  const open = await database().prisma.rotation.findFirst({ where: { machineId, endedAt: null } });
  if (open) await act(cancelRotation, { machineId, rotationId: open.id, deletesSuccessor: true });
  const newest = { machineId, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
  const { id } = await database().prisma.credential.findFirstOrThrow({
    where: newest,
    orderBy: { createdAt: "desc" },
  });
  return id;
};

async function rotate(retirement: Retirement) {
  const asked = { machineId, credentialId: await live(), retirement, endsAt: null, expiresAt: null };
  const more = { seenDays: 30, handsOver: true, isShown: true, publicKey: null };
  const { rotationId, secret } = await act(rotateCredential, { ...asked, ...more });
  writeSync(1, `${secret?.clientSecret}\n`);
  return { rotationId, successorId: secret?.secretId ?? "" };
}

async function connect(credentialId: string): Promise<void> {
  const actor: RobotActor = {
    kind: "robot",
    id: machineId,
    name: machine.machineName,
    address: "192.0.2.7",
    tenantId: admin.tenantId,
    clientId: machine.clientId,
    credentialId,
    credentialKind: "Secret",
    tokenId: crypto.randomUUID(),
    tokenKid: "none",
    isTokenBound: false,
    tokenExpiresAt: addSeconds(new Date(), HOUR_SECONDS),
  };
  await inTransaction(database(), (db) => openSession({ db, actor, now: new Date() }, { hostName: "HOST" }));
}

const moved = await rotate("moved");
await connect(moved.successorId);
await look();
const { rotationId } = await rotate("hour");
await act(endRotationNow, { machineId, rotationId });
await rotate("now");
await look();
const last = await rotate("moved");
await act(cancelRotation, { machineId, rotationId: last.rotationId, deletesSuccessor: true });
writeSync(1, `${sent}\n`);
process.exit(0);
