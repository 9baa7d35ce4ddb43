import type { Ctx, SystemActor } from "@/lib/ctx";
import { database, inTransaction } from "@/lib/db";
import { makeResetLinkAtServer } from "@/lib/users/commands/reset-password";
import { removeSecondFactorAtServer } from "@/lib/users/commands/second-factor";
import { listEverybody } from "@/lib/users/queries/people";
import type { IssuedLink, PersonAtServer } from "@/lib/users/schema";

/** The door for somebody at the server, who could read the database anyway: no questions, but a record. */
const atServer = <T>(deed: (ctx: Ctx<SystemActor>) => Promise<T>): Promise<T> =>
  inTransaction(database(), (db) => deed({ db, actor: { kind: "system" }, now: new Date() }));

/** @returns everybody who has an account, with where they belong */
export const listAdmins = (): Promise<PersonAtServer[]> => atServer(listEverybody);

/** @returns a link by which the person sets a new password. @throws Refusal `not_found` */
export const resetPasswordOf = (email: string): Promise<IssuedLink> =>
  atServer((ctx) => makeResetLinkAtServer(ctx, { email }));

/** Lets the person sign in with the password alone. @throws Refusal `not_found` */
export const disableSecondFactorOf = (email: string): Promise<{ email: string; wasThere: boolean }> =>
  atServer((ctx) => removeSecondFactorAtServer(ctx, { email }));
