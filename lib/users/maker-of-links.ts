import { managesInstallationNow } from "@/lib/api-clients/queries";
import type { EventType } from "@/lib/audit/events";
import { countRecordedBy } from "@/lib/audit/queries/was-recorded";
import type { Actor, Ctx, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import type { Prisma } from "@/lib/generated/prisma/client";
import { addSeconds, HOUR_SECONDS } from "@/lib/time";

/** Whoever made a link that lets somebody in: a person, or an API client. */
export type Maker =
  | { readonly createdById: string; readonly apiClientId: null }
  | { readonly createdById: null; readonly apiClientId: string };

export const makerOf = ({ kind, id }: UserActor): Maker =>
  kind === "admin" ? { createdById: id, apiClientId: null } : { createdById: null, apiClientId: id };

type Row = { readonly createdById: string | null; readonly apiClientId: string | null };

/** @returns whoever made it; null is somebody at the server */
export function makerIn({ createdById, apiClientId }: Row): Maker | null {
  if (apiClientId !== null) return { createdById: null, apiClientId };
  return createdById === null ? null : { createdById, apiClientId: null };
}

/** @returns which tenants the maker administers at this moment */
export const administeredBy = ({ createdById, apiClientId }: Maker): Prisma.TenantWhereInput =>
  apiClientId === null
    ? { memberships: { some: { adminId: createdById, role: "Administrator", disabledAt: null } } }
    : {
        apiClients: {
          some: {
            machineId: apiClientId,
            role: "Administrator",
            machine: { disabledAt: null, deletedAt: null },
          },
        },
      };

/** @returns whether the maker manages the installation at this moment */
export async function managesInstallation(ctx: Ctx<Actor>, maker: Maker): Promise<boolean> {
  const { createdById, apiClientId } = maker;
  if (apiClientId !== null) return managesInstallationNow(ctx, apiClientId);
  const row = await ctx.db.admin.findUnique({
    where: { id: createdById },
    select: { managesInstallation: true },
  });
  return row?.managesInstallation ?? false;
}

/** So many invites, and so many reset links, an API client may make within an hour: each is mailed to somebody. */
export const LINKS_AN_HOUR = 100;

/**
 * Refuses an API client that makes too many links. The caller holds the tenant's members, so that those who ask at once are counted one after the other.
 * @throws Refusal `limit_reached`
 */
export async function refuseManyLinks(
  ctx: Ctx,
  made: Extract<EventType, "admin.invited" | "admin.reset_link_made">,
): Promise<void> {
  if (ctx.actor.kind !== "apiClient") return;
  if ((await countRecordedBy(ctx, made, addSeconds(ctx.now, -HOUR_SECONDS))) < LINKS_AN_HOUR) return;
  throw new Refusal(
    "limit_reached",
    `An API client makes at most ${LINKS_AN_HOUR} of these links within an hour. Wait a little.`,
  );
}
