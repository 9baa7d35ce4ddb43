import { refresh } from "next/cache";
import { headers } from "next/headers";
import type { z } from "zod";
import type { AnonymousActor, PersonActor, UserActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { type ActionResult, Refusal } from "@/lib/errors";
import { callerAddress } from "@/lib/http/caller";
import { type Deed, type InSteps, perform, performGuarded } from "@/lib/http/deeds";
import { type LinkKind, mailLink } from "@/lib/http/outgoing-mail";
import type { SignedInAdmin } from "@/lib/users/queries/sign-ins";
import { isConfirmationOld } from "@/lib/users/rules";
import type { IssuedLink, SentLink } from "@/lib/users/schema";
import { invalid, refusal } from "./action-answer";
import { actorIn, findAdmin, mustSetUpSecondFactor, personOf } from "./signed-in";

export { currentAdmin, requirePerson, requireTenant, requireUser } from "./signed-in";

/** How careful a door is about who is there. */
type Care = {
  /** Asks again who it is when that was proved more than ten minutes ago. */
  readonly recent?: true;
};

const NOT_CONFIRMED: ActionResult<never> = {
  ok: false,
  code: "reauthenticate",
  message: "Confirm that it is you, then this goes on.",
};

type Action<T> = (input: unknown) => Promise<ActionResult<T>>;
type TenantAction<T> = (tenantSlug: string, input: unknown) => Promise<ActionResult<T>>;

/** What all actions of signed-in people have in common: who is it, is it still them, what did they say. */
async function answer<S extends z.ZodType, T>(
  schema: S,
  input: unknown,
  care: Care,
  run: (admin: SignedInAdmin, input: z.output<S>) => Promise<T>,
): Promise<ActionResult<T>> {
  try {
    const admin = await findAdmin();
    if (!admin) {
      throw new Refusal(
        "forbidden",
        "Your sign-in has ended. Sign in again in another tab, then try once more.",
      );
    }
    const parsed = schema.safeParse(input);
    if (!parsed.success) return invalid(parsed.error);
    if (care.recent && isConfirmationOld(admin.confirmedAt, new Date())) return NOT_CONFIRMED;
    return { ok: true, data: await run(admin, parsed.data) };
  } catch (error) {
    return refusal(error);
  }
}

async function actorAt(admin: SignedInAdmin, tenantSlug: string): Promise<UserActor> {
  const tenant = admin.tenants.find(({ slug }) => slug === tenantSlug);
  if (!tenant) throw new Refusal("not_found", "There is no such tenant.");
  if (mustSetUpSecondFactor(admin, tenant)) {
    throw new Refusal(
      "forbidden",
      "This tenant requires a second factor. Load the page again to set one up.",
    );
  }
  return actorIn(admin, tenant);
}

/** A deed of an admin, from a click: who is it, what did they say, one transaction, then the page is fresh. */
export function adminAction<S extends z.ZodType, T>(
  schema: S,
  deed: Deed<UserActor, z.output<S>, T> | InSteps<UserActor, z.output<S>, T>,
  care: Care = {},
): TenantAction<T> {
  return (tenantSlug, input) =>
    answer(schema, input, care, async (admin, parsed) => {
      const actor = await actorAt(admin, tenantSlug);
      const data = await perform(actor, deed, parsed);
      refresh();
      return data;
    });
}

/** A deed of an admin that makes a link for somebody: once that is committed, it goes to them by mail where mail is set. */
export function linkAction<S extends z.ZodType>(
  schema: S,
  deed: Deed<UserActor, z.output<S>, IssuedLink>,
  kind: LinkKind,
  care: Care,
): TenantAction<SentLink> {
  return (tenantSlug, input) =>
    answer(schema, input, care, async (admin, parsed) => {
      const actor = await actorAt(admin, tenantSlug);
      const issued = await perform(actor, deed, parsed);
      const tenantName = admin.tenants.find(({ slug }) => slug === tenantSlug)?.name ?? tenantSlug;
      const mail = await mailLink(kind, issued, { by: admin.email, tenantName });
      refresh();
      return { ...issued, mail };
    });
}

/** A fresh answer for a click that changes nothing, such as what a deletion would cut. */
export function adminQuestion<S extends z.ZodType, T>(
  schema: S,
  query: Deed<UserActor, z.output<S>, T>,
  care: Care = {},
): TenantAction<T> {
  return (tenantSlug, input) =>
    answer(schema, input, care, async (admin, parsed) => {
      const actor = await actorAt(admin, tenantSlug);
      return query({ db: database().prisma, actor, now: new Date() }, parsed);
    });
}

/** A deed of a person on their own account. */
export function personAction<S extends z.ZodType, T>(
  schema: S,
  deed: Deed<PersonActor, z.output<S>, T>,
  care: Care = {},
): Action<T> {
  return (input) =>
    answer(schema, input, care, async (admin, parsed) => {
      const actor = await personOf(admin);
      const data = await perform(actor, deed, parsed);
      refresh();
      return data;
    });
}

/** The same for a deed whose input somebody else could guess, such as a password at a browser that was left open. */
export function guardedAction<S extends z.ZodType, T>(
  schema: S,
  deed: Deed<PersonActor, z.output<S>, T> | InSteps<PersonActor, z.output<S>, T>,
  care: Care = {},
): Action<T> {
  return (input) =>
    answer(schema, input, care, async (admin, parsed) => {
      const data = await performGuarded(await personOf(admin), deed, parsed);
      refresh();
      return data;
    });
}

async function answerAnybody<S extends z.ZodType, T>(
  schema: S,
  input: unknown,
  run: (actor: AnonymousActor, input: z.output<S>) => Promise<T>,
): Promise<ActionResult<T>> {
  try {
    const parsed = schema.safeParse(input);
    if (!parsed.success) return invalid(parsed.error);
    const actor: AnonymousActor = { kind: "anonymous", address: callerAddress(await headers()) };
    return { ok: true, data: await run(actor, parsed.data) };
  } catch (error) {
    return refusal(error);
  }
}

/** A deed of somebody who is not signed in; the deed itself asks for proof. */
export function publicAction<S extends z.ZodType, T>(
  schema: S,
  deed: Deed<AnonymousActor, z.output<S>, T> | InSteps<AnonymousActor, z.output<S>, T>,
): Action<T> {
  return (input) => answerAnybody(schema, input, (actor, parsed) => perform(actor, deed, parsed));
}

/** What somebody who is not signed in may know; the query itself asks for proof. */
export function publicQuestion<S extends z.ZodType, T>(
  schema: S,
  query: Deed<AnonymousActor, z.output<S>, T>,
): Action<T> {
  return (input) =>
    answerAnybody(schema, input, (actor, parsed) =>
      query({ db: database().prisma, actor, now: new Date() }, parsed),
    );
}
