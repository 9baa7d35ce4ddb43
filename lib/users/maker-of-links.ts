import { managesInstallationNow } from "@/lib/api-clients/queries";
import type { Actor, Ctx, UserActor } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";

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
