import { randomUUID } from "node:crypto";
import type {
  Actor,
  AnonymousActor,
  Ctx,
  Db,
  PersonActor,
  RobotActor,
  SystemActor,
  UserActor,
} from "@/lib/ctx";
import { database } from "@/lib/db";
import type { Deed, InSteps } from "@/lib/http/deeds";
import type { AuthenticatedClient } from "@/lib/identity/credential-row";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionMachineSchema } from "@/lib/machines/schema";
import type { Role } from "@/lib/roles";
import { createTenant } from "@/lib/tenants/commands";
import { addSeconds, DAY_SECONDS, HOUR_SECONDS } from "@/lib/time";

/** Tenants, admins and machines in whatever database the environment names, made by the product's own deeds. */
export const CALLER_ADDRESS = "192.0.2.7";

export const prisma = () => database().prisma;
export const sql = () => database().sql;

/** Has heartbeats taken without a gap until `now`, for longer than silence takes to count. */
export async function heardUntil(now: Date, db: Db = prisma()): Promise<void> {
  const hearing = { since: addSeconds(now, -HOUR_SECONDS), until: now };
  await db.hearing.upsert({ where: { id: 1 }, create: { id: 1, ...hearing }, update: hearing });
}

/** Runs a deed as its door does: in one transaction. */
export const inTransaction = <T>(deed: (db: Db) => Promise<T>): Promise<T> =>
  prisma().$transaction(deed, { maxWait: 300_000, timeout: 300_000 });

const SYSTEM: SystemActor = { kind: "system" };

const counted = new Map<string, number>();
/** @returns a name that nothing else in this file has */
export function unique(word: string): string {
  const count = (counted.get(word) ?? 0) + 1;
  counted.set(word, count);
  return `${word}-${count}`;
}

export type Tenant = { readonly id: string; readonly slug: string };

export function newTenant(): Promise<Tenant> {
  const slug = unique("tenant");
  return inTransaction((db) => createTenant({ db, actor: SYSTEM, now: new Date() }, { slug, name: slug }));
}

/** A person of the tenant. Has no password, so cannot sign in: hashing one takes a quarter of a second. */
export async function newAdmin(tenant: Tenant, role: Role = "Administrator"): Promise<UserActor> {
  const email = `${unique("admin")}@latchkey.test`;
  const { id } = await prisma().admin.create({
    data: {
      email,
      emailKey: email,
      createdAt: new Date(),
      memberships: { create: { tenantId: tenant.id, role, createdAt: new Date() } },
    },
    select: { id: true },
  });
  return {
    kind: "admin",
    id,
    name: email,
    address: CALLER_ADDRESS,
    tenantId: tenant.id,
    role,
    managesInstallation: false,
  };
}

export const newTenantAdmin = async () => newAdmin(await newTenant());

/** Somebody who may also do what concerns all tenants. */
export async function newInstallationAdmin(): Promise<UserActor> {
  const admin = await newTenantAdmin();
  await prisma().admin.update({ where: { id: admin.id }, data: { managesInstallation: true } });
  return { ...admin, managesInstallation: true };
}

/** Does a deed of an admin as the admin door does. */
export function act<I, T>(
  actor: UserActor,
  deed: (ctx: Ctx, input: I) => Promise<T>,
  input: I,
  now: Date = new Date(),
): Promise<T> {
  return inTransaction((db) => deed({ db, actor, now }, input));
}

/** Asks a question of an admin as a page does. */
export function ask<I, T>(
  actor: UserActor,
  query: (ctx: Ctx, input: I) => Promise<T>,
  input: I,
  now: Date = new Date(),
): Promise<T> {
  return query({ db: prisma(), actor, now }, input);
}

/** The same person with a sign-in of their own, as the owner of their account. */
export async function signedIn(admin: UserActor, startedAt: Date = new Date()): Promise<PersonActor> {
  const at = { startedAt, confirmedAt: startedAt, lastSeenAt: startedAt };
  const { id: signInId } = await prisma().signIn.create({
    data: { adminId: admin.id, ...at, address: admin.address, userAgent: "Firefox/140.0 (Linux)" },
    select: { id: true },
  });
  return { kind: "person", id: admin.id, name: admin.name, address: admin.address, signInId };
}

async function perform<A extends Actor, I, T>(
  actor: A,
  deed: Deed<A, I, T> | InSteps<A, I, T>,
  input: I,
  now: Date,
): Promise<T> {
  if (typeof deed === "function") return inTransaction((db) => deed({ db, actor, now }, input));
  const run = await deed.prepare({ db: prisma(), actor, now }, input);
  return inTransaction((db) => run({ db, actor, now }));
}

/** Does a deed of a person on their own account as its door does. */
export const actAs = <I, T>(
  actor: PersonActor,
  deed: Deed<PersonActor, I, T> | InSteps<PersonActor, I, T>,
  input: I,
  now: Date = new Date(),
): Promise<T> => perform(actor, deed, input, now);

/** The same of somebody who is not signed in. */
export const actAsAnybody = <I, T>(
  deed: Deed<AnonymousActor, I, T> | InSteps<AnonymousActor, I, T>,
  input: I,
  now: Date = new Date(),
): Promise<T> => perform({ kind: "anonymous", address: CALLER_ADDRESS }, deed, input, now);

/** @returns the token of a link, which stands behind `#` */
export const tokenOf = ({ link }: { readonly link: string }): string => link.split("#")[1] ?? "";

export const anonymousCtx = (
  db: Db,
  now: Date = new Date(),
  address: string | null = CALLER_ADDRESS,
): Ctx<AnonymousActor> => ({ db, actor: { kind: "anonymous", address }, now });

export const systemCtx = (db: Db, now: Date = new Date()): Ctx<SystemActor> => ({ db, actor: SYSTEM, now });

export type Provisioned = Awaited<ReturnType<typeof provisionMachine>>;

/** A machine with its first secret; a template unless said otherwise. */
export function provisioned(
  actor: UserActor,
  details: Partial<(typeof provisionMachineSchema)["_input"]> = {},
): Promise<Provisioned> {
  const input = provisionMachineSchema.parse({ name: unique("machine"), kind: "Template", ...details });
  return act(actor, provisionMachine, input);
}

/** What the token endpoint finds out about a machine that shows its first secret. */
export const clientOf = (admin: UserActor, machine: Provisioned): AuthenticatedClient => ({
  credentialId: machine.secretId,
  credentialKind: "Secret",
  expiresAt: null,
  machineId: machine.machineId,
  machineName: machine.machineName,
  clientId: machine.clientId,
  tenantId: admin.tenantId,
  policy: { lifetimeSeconds: null, scopes: [], requiresDpop: false },
  allowedFrom: null,
  purchasesMax: null,
  machine: { id: machine.machineId, kind: "Template", clientId: machine.clientId, name: machine.machineName },
  tenant: { id: admin.tenantId, slug: "tenant", name: "Tenant" },
});

export const robotOf = (admin: UserActor, machine: Provisioned): RobotActor => ({
  kind: "robot",
  id: machine.machineId,
  name: machine.machineName,
  address: CALLER_ADDRESS,
  tenantId: admin.tenantId,
  clientId: machine.clientId,
  credentialId: machine.secretId,
  credentialKind: "Secret",
  tokenId: randomUUID(),
  tokenKid: "the key of the test",
  isTokenBound: false,
  tokenExpiresAt: addSeconds(new Date(), 3600),
});

/** @returns what a deed refuses with; what it gives, where it does not */
export const refusal = (deed: Promise<unknown>): Promise<unknown> => deed.catch((error: unknown) => error);

/** @returns the instant that many days of 24 hours later */
export const inDays = (days: number, now = new Date()): Date => addSeconds(now, days * DAY_SECONDS);
