import type { AuditEvent } from "@/lib/audit/events";
import type { AnonymousActor, Ctx } from "@/lib/ctx";
import { addSeconds } from "@/lib/time";
import { recordOfPerson } from "@/lib/users/record-of-person";
import { CONFIRMED_FOR_SECONDS, isBarred } from "@/lib/users/rules";
import { type Arrival, boundTo, firstArrival } from "./first-arrival";
import { openSignIn } from "./sign-in";

type Arriving = Ctx<AnonymousActor>;

/** Somebody is signed in. */
export type Arrived = {
  readonly signInId: string;
  /** Whatever else opened their account ended just now. */
  readonly endedProofs: boolean;
};

/**
 * Signs somebody in whom an OpenID provider vouches for. They are known by their subject at the provider once they came; the
 * rules give a role only the first time, later the tenant's administrators do.
 * @returns the sign-in, or why there is none; a refusal is recorded
 */
export async function arrive(
  ctx: Arriving,
  arrival: Arrival,
  userAgent: string,
): Promise<Arrived | { readonly refused: "disabled" | "no such account" }> {
  const bound = await boundTo(ctx, arrival);
  const first = bound ? null : await firstArrival(ctx, arrival);
  const account = bound ?? first?.account;
  const type = "admin.sign_in_refused";
  if (!account) {
    await recordOfPerson(ctx, null, { type, reason: "no such account" });
    return { refused: "no such account" };
  }
  const standing = await ctx.db.admin.findUniqueOrThrow({
    where: { id: account.id },
    select: { disabledAt: true, memberships: { select: { disabledAt: true } } },
  });
  if (isBarred(standing)) {
    await recordOfPerson(ctx, account.id, {
      type,
      adminId: account.id,
      email: account.email,
      reason: "disabled",
    });
    return { refused: "disabled" };
  }
  // A provider that does not say when may have asked nothing of them for weeks: sensitive deeds then ask.
  const provedAt = arrival.provedAt ?? addSeconds(ctx.now, -CONFIRMED_FOR_SECONDS);
  const signInId = await openSignIn(ctx, account, {
    userAgent,
    confirmedAt: new Date(Math.min(provedAt.getTime(), ctx.now.getTime())),
    usedSingleSignOn: true,
  });
  return { signInId, endedProofs: first?.wasThere ?? false };
}

/** The rules let somebody not in whom the provider vouches for: the record says so, where it is known who that is. */
export async function recordRefusedArrival(
  ctx: Arriving,
  who: Pick<Arrival, "issuer" | "subject">,
): Promise<void> {
  const account = await boundTo(ctx, who);
  const event: AuditEvent = account
    ? { type: "admin.sign_in_refused", adminId: account.id, email: account.email, reason: "rules" }
    : { type: "admin.sign_in_refused", reason: "rules" };
  await recordOfPerson(ctx, account?.id ?? null, event);
}
