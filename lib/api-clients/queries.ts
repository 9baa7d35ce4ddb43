import type { Actor, Ctx, Sql } from "@/lib/ctx";
import { allow, allowInstallation, may } from "@/lib/permissions";
import { ROLES, type Role } from "@/lib/roles";
import { rightsOf } from "./gate";
import { noSuchApiClient } from "./refusals";
import { includesRights } from "./rules";
import type { ApiClientRights, ApiClientRow, ApiClientView } from "./schema";

const RIGHTS = {
  name: "api_client_rights",
  text: `SELECT role::text AS role, manages_installation AS "managesInstallation", may_confirm AS "mayConfirm"
           FROM api_clients WHERE machine_id = $1 AND tenant_id = $2`,
};

/** @returns what an API client may do at this moment; null where there is none of that id. That it stands is asked with its credential. */
export async function findRights(
  db: Sql,
  { tenantId, machineId }: { readonly tenantId: string; readonly machineId: string },
): Promise<ApiClientRights | null> {
  const [rights] = await db.query<ApiClientRights>(RIGHTS, [machineId, tenantId]);
  return rights ?? null;
}

/** @returns whether an API client stands and manages the installation at this moment */
export async function managesInstallationNow(ctx: Ctx<Actor>, id: string): Promise<boolean> {
  const machine = { disabledAt: null, deletedAt: null };
  return (await ctx.db.apiClient.count({ where: { machineId: id, managesInstallation: true, machine } })) > 0;
}

const ROW = {
  role: true,
  managesInstallation: true,
  mayConfirm: true,
  madeBy: true,
  machine: {
    select: {
      id: true,
      clientId: true,
      name: true,
      description: true,
      revision: true,
      createdAt: true,
      disabledAt: true,
      liveSecrets: true,
      liveKeys: true,
      use: { select: { lastUsedAt: true } },
    },
  },
} as const;

type Row = ApiClientRights & {
  readonly madeBy: string;
  readonly machine: Omit<ApiClientRow, keyof ApiClientRights | "madeBy" | "isEnabled" | "lastUsedAt"> & {
    readonly clientId: string;
    readonly revision: number;
    readonly disabledAt: Date | null;
    readonly use: { readonly lastUsedAt: Date } | null;
  };
};

const viewOf = (ctx: Ctx, { machine, ...row }: Row): ApiClientView => {
  const { disabledAt, use, ...named } = machine;
  const isMine = includesRights(rightsOf(ctx.actor), row);
  return { ...named, ...row, isEnabled: disabledAt === null, lastUsedAt: use?.lastUsedAt ?? null, isMine };
};

/**
 * @param role only those that may do more than it
 * @returns the API clients of the tenant that a person answers for, by name: they made them, or one that made them
 */
export async function listMadeBy(
  ctx: Ctx,
  { adminId, role }: { readonly adminId: string; readonly role?: Role },
): Promise<ApiClientView[]> {
  const made = await ctx.db.apiClient.findMany({
    where: { tenantId: ctx.actor.tenantId, madeById: adminId, machine: { deletedAt: null } },
    orderBy: { nameKey: "asc" },
    select: ROW,
  });
  const isAbove = (client: Row) => role === undefined || ROLES.indexOf(client.role) < ROLES.indexOf(role);
  return made.filter(isAbove).map((row) => viewOf(ctx, row));
}

/** @returns those that manage the installation, in all tenants. @throws Refusal `forbidden` for whoever does not manage it */
export async function listManagersMadeBy(
  ctx: Ctx,
  { adminId }: { readonly adminId: string },
): Promise<(ApiClientView & { readonly tenantId: string })[]> {
  allowInstallation(ctx.actor);
  const made = await ctx.db.apiClient.findMany({
    where: { madeById: adminId, managesInstallation: true, machine: { deletedAt: null } },
    orderBy: [{ nameKey: "asc" }, { machineId: "asc" }],
    select: { ...ROW, tenantId: true },
  });
  return made.map(({ tenantId, ...row }) => ({ ...viewOf(ctx, row), tenantId }));
}

/** @returns the ids of the tenant's API clients, deleted ones too, for whoever may not see what they do; none for who may */
export async function listUnseen({ db, actor }: Ctx): Promise<string[]> {
  if (may(actor.role, "apiClients.manage")) return [];
  const where = { tenantId: actor.tenantId };
  const clients = await db.apiClient.findMany({ where, select: { machineId: true } });
  return clients.map(({ machineId }) => machineId);
}

/** @returns the deed on a machine's credentials for API clients alone. @throws Refusal `forbidden`, `not_found`, or as the deed does */
export const ofApiClients =
  <I extends { readonly machineId: string }, T>(deed: (ctx: Ctx, input: I) => Promise<T>) =>
  async (ctx: Ctx, input: I): Promise<T> => {
    if (!(await getApiClient(ctx, { id: input.machineId }))) throw noSuchApiClient();
    return deed(ctx, input);
  };

/** @returns the tenant's API clients by name. @throws Refusal `forbidden` for whoever does not manage them */
export async function listApiClients(ctx: Ctx): Promise<ApiClientView[]> {
  allow(ctx.actor, "apiClients.manage");
  const rows = await ctx.db.apiClient.findMany({
    where: { tenantId: ctx.actor.tenantId, machine: { deletedAt: null } },
    orderBy: [{ nameKey: "asc" }, { machineId: "asc" }],
    select: ROW,
  });
  return rows.map((row) => viewOf(ctx, row));
}

/** @returns an API client as its page shows it; null where the tenant has none of that id. @throws Refusal `forbidden` as above */
export async function getApiClient(ctx: Ctx, { id }: { readonly id: string }): Promise<ApiClientView | null> {
  allow(ctx.actor, "apiClients.manage");
  const row = await ctx.db.apiClient.findFirst({
    where: { machineId: id, tenantId: ctx.actor.tenantId, machine: { deletedAt: null } },
    select: ROW,
  });
  return row && viewOf(ctx, row);
}
