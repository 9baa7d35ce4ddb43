import { refresh } from "next/cache";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { getServerSession } from "next-auth";
import { cache } from "react";
import { z } from "zod";
import { findSignedInAdmin, type SignedInAdmin } from "@/lib/admins/queries";
import type { AdminActor, AnonymousActor, Ctx, Db } from "@/lib/ctx";
import { database, isDatabaseAway, isWriteConflict, outage } from "@/lib/db";
import { type ActionResult, Refusal } from "@/lib/errors";
import { log } from "@/lib/log";
import type { TenantView } from "@/lib/tenants/schema";
import { authOptions } from "./auth";
import { askedAddress, callerAddress } from "./caller";

const signInSchema = z.object({ adminId: z.uuid(), signedInAtMilliseconds: z.number() });

const findAdmin = cache(async (): Promise<SignedInAdmin | null> => {
  // It fails for cookies that it cannot read: whoever sends those is not signed in.
  const signIn = signInSchema.safeParse(await getServerSession(authOptions()).catch(() => null));
  if (!signIn.success) return null;
  const { adminId, signedInAtMilliseconds } = signIn.data;
  const signedInAt = new Date(signedInAtMilliseconds);
  try {
    const admin = await findSignedInAdmin(database().prisma, { adminId, signedInAt }, new Date());
    outage().isNow = false;
    return admin;
  } catch (error) {
    outage().isNow = isDatabaseAway(error);
    throw error;
  }
});

type Who = {
  readonly admin: { readonly id: string; readonly email: string };
  readonly tenants: readonly TenantView[];
};

const who = ({ id, email, tenants }: SignedInAdmin): Who => ({ admin: { id, email }, tenants });

/** @returns who is signed in and still may, asked of the database at every request; null for nobody. */
export async function currentAdmin(): Promise<Who | null> {
  const admin = await findAdmin();
  return admin && who(admin);
}

/** Sends whoever is not signed in to the sign-in page, which leads back to the address they asked for. */
async function askToSignIn(): Promise<never> {
  const asked = askedAddress(await headers());
  redirect(asked === "/" ? "/sign-in" : `/sign-in?callbackUrl=${encodeURIComponent(asked)}`);
}

/** For pages: who is signed in; anybody else is sent to the sign-in page. */
export async function requireAdmin(): Promise<Who> {
  return (await currentAdmin()) ?? (await askToSignIn());
}

async function actorIn(admin: SignedInAdmin, tenant: TenantView): Promise<AdminActor> {
  return {
    kind: "admin",
    id: admin.id,
    name: admin.email,
    address: callerAddress(await headers()),
    tenantId: tenant.id,
    role: tenant.role,
    managesInstallation: admin.managesInstallation,
  };
}

/** For pages of a tenant: a context that reads as this admin. A tenant they do not belong to is not found. */
export async function requireTenant(slug: string): Promise<Who & { tenant: TenantView; ctx: Ctx }> {
  const admin = await findAdmin();
  if (!admin) return askToSignIn();
  const tenant = admin.tenants.find((candidate) => candidate.slug === slug);
  if (!tenant) notFound();
  const ctx = { db: database().prisma, actor: await actorIn(admin, tenant), now: new Date() };
  return { ...who(admin), tenant, ctx };
}

/** Sets each refused field beside its message, the first one a field. */
function fieldErrors(error: z.ZodError): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const { path, message } of error.issues) messages[path.join(".")] ??= message;
  return messages;
}

const invalid = (error: z.ZodError): ActionResult<never> => ({
  ok: false,
  code: "invalid",
  message: "Some fields need another look.",
  fieldErrors: fieldErrors(error),
});

function refusal(error: unknown): ActionResult<never> {
  if (error instanceof Refusal) {
    const { code, message, field } = error;
    return { ok: false, code, message, ...(field && { fieldErrors: { [field]: message } }) };
  }
  log.error({ err: error }, "an admin's action failed");
  if (isDatabaseAway(error)) {
    return {
      ok: false,
      code: "unavailable",
      message: "The server cannot reach its database. Nothing was changed. Try again in a moment.",
    };
  }
  return {
    ok: false,
    code: "unexpected",
    message: "Something went wrong on the server. Nothing was changed.",
  };
}

const TRIES = 3;

/** One transaction; tried again when PostgreSQL asks for it (a deadlock with another admin's deed). */
async function inTransaction<T>(deed: (db: Db) => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await database().prisma.$transaction(deed);
    } catch (error) {
      if (tried === TRIES || !isWriteConflict(error)) throw error;
    }
  }
}

type Deed<I, T> = (ctx: Ctx, input: I) => Promise<T>;
type TenantAction<T> = (tenantSlug: string, input: unknown) => Promise<ActionResult<T>>;

function tenantAction<S extends z.ZodType, T>(
  schema: S,
  run: (actor: AdminActor, input: z.output<S>) => Promise<T>,
): TenantAction<T> {
  return async (tenantSlug, input) => {
    try {
      const admin = await findAdmin();
      if (!admin) {
        throw new Refusal(
          "forbidden",
          "Your sign-in has ended. Sign in again in another tab, then try once more.",
        );
      }
      const tenant = admin.tenants.find(({ slug }) => slug === tenantSlug);
      if (!tenant) throw new Refusal("not_found", "There is no such tenant.");
      const parsed = schema.safeParse(input);
      if (!parsed.success) return invalid(parsed.error);
      return { ok: true, data: await run(await actorIn(admin, tenant), parsed.data) };
    } catch (error) {
      return refusal(error);
    }
  };
}

/** A deed of an admin, from a click: who is it, what did they say, one transaction, then the page is fresh. */
export function adminAction<S extends z.ZodType, T>(schema: S, deed: Deed<z.output<S>, T>): TenantAction<T> {
  return tenantAction(schema, async (actor, input) => {
    const data = await inTransaction((db) => deed({ db, actor, now: new Date() }, input));
    refresh();
    return data;
  });
}

/** A fresh answer for a click that changes nothing, such as what a deletion would cut. */
export function adminQuestion<S extends z.ZodType, T>(
  schema: S,
  query: Deed<z.output<S>, T>,
): TenantAction<T> {
  return tenantAction(schema, (actor, input) =>
    query({ db: database().prisma, actor, now: new Date() }, input),
  );
}

/** A deed of somebody who is not signed in; the deed itself asks for proof. */
export function publicAction<S extends z.ZodType, T>(
  schema: S,
  deed: (ctx: Ctx<AnonymousActor>, input: z.output<S>) => Promise<T>,
): (input: unknown) => Promise<ActionResult<T>> {
  return async (input) => {
    try {
      const parsed = schema.safeParse(input);
      if (!parsed.success) return invalid(parsed.error);
      const actor: AnonymousActor = { kind: "anonymous", address: callerAddress(await headers()) };
      const data = await inTransaction((db) => deed({ db, actor, now: new Date() }, parsed.data));
      return { ok: true, data };
    } catch (error) {
      return refusal(error);
    }
  };
}
