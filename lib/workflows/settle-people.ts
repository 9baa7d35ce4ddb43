import { listMadeBy } from "@/lib/api-clients/queries";
import type { ApiClientView } from "@/lib/api-clients/schema";
import type { Ctx } from "@/lib/ctx";
import type { Role } from "@/lib/roles";
import { lockMembers } from "@/lib/users/commands/lock-members";
import { changeRole, disablePerson, removePerson } from "@/lib/users/commands/manage-people";
import type { ChangeRoleInput, LeavingInput } from "@/lib/users/schema";
import { deleteApiClient, disableApiClient, editApiClient } from "./manage-api-clients";

type Settling = ChangeRoleInput["apiClients"] | LeavingInput["apiClients"];

async function settle(ctx: Ctx, client: ApiClientView, how: Settling, role?: Role): Promise<void> {
  const { id, revision, name, description, managesInstallation, mayConfirm } = client;
  if (how === "disable") await disableApiClient(ctx, { id });
  if (how === "delete") await deleteApiClient(ctx, { id });
  if (how === "lower" && role) {
    await editApiClient(ctx, { id, revision, name, description, role, managesInstallation, mayConfirm });
  }
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
export async function changeRoleAndClients(
  ctx: Ctx,
  { apiClients, ...change }: ChangeRoleInput,
): Promise<null> {
  await settleAll(ctx, apiClients, change);
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
