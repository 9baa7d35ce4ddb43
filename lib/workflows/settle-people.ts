import { listMadeBy, listManagersMadeBy } from "@/lib/api-clients/queries";
import type { ApiClientView } from "@/lib/api-clients/schema";
import type { Ctx } from "@/lib/ctx";
import type { Role } from "@/lib/roles";
import { lockMembers } from "@/lib/users/commands/lock-members";
import { changeRole, disablePerson, removePerson } from "@/lib/users/commands/manage-people";
import { lockManagers, shareInstallation } from "@/lib/users/commands/share-installation";
import type { ChangeRoleInput, LeavingInput, ShareInstallationInput } from "@/lib/users/schema";
import { deleteApiClient, disableApiClient, editApiClient, takeInstallation } from "./manage-api-clients";

type Settling = ChangeRoleInput["apiClients"] | LeavingInput["apiClients"];

async function settle(ctx: Ctx, client: ApiClientView, how: Settling, role?: Role): Promise<void> {
  const { id, revision, name, description, managesInstallation, mayConfirm } = client;
  if (how === "disable") await disableApiClient(ctx, { id });
  if (how === "delete") await deleteApiClient(ctx, { id });
  if (how === "lower" && role) {
    await editApiClient(ctx, { id, revision, name, description, role, managesInstallation, mayConfirm });
  }
}

/** Whoever manages the installation does this to API clients of every tenant, whatever their role there. */
const asAdministrator = (ctx: Ctx, tenantId: string): Ctx => ({
  ...ctx,
  actor: { ...ctx.actor, tenantId, role: "Administrator" },
});

/**
 * Lets a member manage the installation, or no longer; API clients of theirs that manage it are lowered, disabled or deleted with it, in
 * whichever tenant they are.
 * @throws Refusal as `shareInstallation` does
 */
export async function shareInstallationAndClients(ctx: Ctx, sharing: ShareInstallationInput): Promise<null> {
  const { adminId, manages, apiClients } = sharing;
  await lockManagers(ctx);
  const made = manages || !apiClients ? [] : await listManagersMadeBy(ctx, { adminId });
  for (const { tenantId, ...client } of made) {
    const there = asAdministrator(ctx, tenantId);
    if (apiClients === "lower") await takeInstallation(there, client);
    else await settle(there, client, apiClients);
  }
  return shareInstallation(ctx, sharing);
}

/** Decides about the API clients that somebody made, in the transaction of what happens to them. */
async function settleAll(ctx: Ctx, how: Settling, of: { readonly adminId: string; readonly role?: Role }) {
  await lockMembers(ctx);
  for (const client of await listMadeBy(ctx, of)) await settle(ctx, client, how, of.role);
}

/**
 * Gives a member another role; API clients of theirs that may do more are lowered to it, disabled or deleted with it.
 * @throws Refusal as `changeRole` does, or as the deeds on API clients do
 */
export async function changeRoleAndClients(ctx: Ctx, change: ChangeRoleInput): Promise<null> {
  await settleAll(ctx, change.apiClients, change);
  return changeRole(ctx, change);
}

/** Keeps a member out of the tenant, and does with the API clients they made what is said. @throws Refusal as `disablePerson` does */
export async function disablePersonAndClients(ctx: Ctx, leaving: LeavingInput): Promise<null> {
  await settleAll(ctx, leaving.apiClients, { adminId: leaving.adminId });
  return disablePerson(ctx, leaving);
}

/** Takes a member out of the tenant, and does with the API clients they made what is said. @throws Refusal as `removePerson` does */
export async function removePersonAndClients(ctx: Ctx, leaving: LeavingInput): Promise<null> {
  await settleAll(ctx, leaving.apiClients, { adminId: leaving.adminId });
  return removePerson(ctx, leaving);
}
