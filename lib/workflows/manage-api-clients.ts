import { changeRights, freeName, storeRights } from "@/lib/api-clients/commands/store-rights";
import { holdOwnRights } from "@/lib/api-clients/gate";
import { getApiClient } from "@/lib/api-clients/queries";
import { noSuchApiClient } from "@/lib/api-clients/refusals";
import { includesRights } from "@/lib/api-clients/rules";
import type { ApiClientRights, EditApiClientInput, MakeApiClientInput } from "@/lib/api-clients/schema";
import { record } from "@/lib/audit/commands";
import { issueSecret } from "@/lib/credentials/commands/issue-secret";
import { revokeCredentialsOfMachines } from "@/lib/credentials/commands/revoke-credential";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import {
  markApiClientRow,
  renameApiClientRow,
  storeApiClientRow,
} from "@/lib/machines/commands/api-client-row";
import { type LockedMachine, lockMachine } from "@/lib/machines/commands/lock-machine";
import { allow } from "@/lib/permissions";
import { endRehearsalsOf } from "@/lib/rehearsals/commands";
import { endRotations } from "@/lib/rotations/commands/end-rotations";
import { holdInstallation, lockMembers } from "@/lib/users/commands/lock-members";
import { withdrawLinksOfApiClient } from "@/lib/users/commands/withdraw-links";

type Which = { readonly id: string };

/** What whoever acts may give an API client, held for this transaction: nobody who is demoted meanwhile leaves a way back. */
async function holdRights(ctx: Ctx): Promise<ApiClientRights> {
  const { db, actor, now } = ctx;
  const members = await lockMembers(ctx);
  if (actor.kind === "apiClient") return holdOwnRights({ db, actor, now });
  const own = members.find(({ adminId }) => adminId === actor.id);
  return {
    role: own?.role ?? "Viewer",
    managesInstallation: await holdInstallation(ctx),
    mayConfirm: true,
  };
}

/** @throws Refusal `forbidden` at what is more than whoever acts may themselves */
async function requireNoMore(ctx: Ctx, wanted: ApiClientRights): Promise<void> {
  const own = await holdRights(ctx);
  if (includesRights(own, wanted)) return;
  const field =
    wanted.managesInstallation && !own.managesInstallation
      ? "managesInstallation"
      : wanted.mayConfirm && !own.mayConfirm
        ? "mayConfirm"
        : "role";
  throw new Refusal("forbidden", "You cannot give an API client more than you may do yourself.", { field });
}

/** @throws Refusal `not_found`, or `forbidden` where it may do more than whoever acts */
async function lockApiClient(ctx: Ctx, { id }: Which): Promise<LockedMachine> {
  allow(ctx.actor, "apiClients.manage");
  const machine = await lockMachine(ctx, id);
  if (!machine.isApiClient) throw noSuchApiClient();
  return machine;
}

/**
 * Makes an API client with its first secret, or neither.
 * @returns its id and the secret with its value, which nothing can return again
 * @throws Refusal `forbidden` at what is more than whoever makes it may do, `conflict` at `name` when the tenant has one of that name
 */
export async function makeApiClient(
  ctx: Ctx,
  { name, description, role, managesInstallation, mayConfirm }: MakeApiClientInput,
): Promise<IssuedSecret & { readonly id: string }> {
  allow(ctx.actor, "apiClients.manage");
  const rights = { role, managesInstallation, mayConfirm };
  await requireNoMore(ctx, rights);
  const { machineId, clientId } = await storeApiClientRow(ctx, { name, description });
  await storeRights(ctx, { machineId, name, ...rights });
  await record(ctx, [{ type: "api_client.made", machineId, name, clientId, ...rights }]);
  const issued = await issueSecret(ctx, { machineId });
  return { ...issued, id: machineId, machineName: name, clientId };
}

/**
 * Saves what it is called and may do; that holds from its next request on. Links that it made for people go when it administers no more.
 * @throws Refusal `not_found`; `forbidden` where it may do, or would do, more than whoever acts; `conflict` when somebody saved since the
 *   form was filled, or at `name`
 */
export async function editApiClient(
  ctx: Ctx,
  { id, revision, name, description, role, managesInstallation, mayConfirm }: EditApiClientInput,
): Promise<{ revision: number }> {
  allow(ctx.actor, "apiClients.manage");
  const after = { name, description, role, managesInstallation, mayConfirm };
  await requireNoMore(ctx, after);
  await lockApiClient(ctx, { id });
  await saveLocked(ctx, { id, revision, ...after });
  if (role !== "Administrator") await withdrawLinksOfApiClient(ctx, { id });
  return { revision: revision + 1 };
}

/** @throws Refusal `conflict` when somebody saved since the revision, or at `name` */
async function saveLocked(ctx: Ctx, { id, revision, ...after }: EditApiClientInput): Promise<void> {
  const client = await getApiClient(ctx, { id });
  if (!client) throw noSuchApiClient();
  const { name, description } = after;
  if (!(await renameApiClientRow(ctx, { machineId: id, revision, name, description }))) {
    throw new Refusal(
      "conflict",
      "Somebody else saved this API client while you were editing. Reload to see their changes, then make yours again.",
      { problem: "revision_outdated" },
    );
  }
  await changeRights(ctx, { machineId: id, ...after });
  const before = {
    name: client.name,
    description: client.description,
    role: client.role,
    managesInstallation: client.managesInstallation,
    mayConfirm: client.mayConfirm,
  };
  await record(ctx, [{ type: "api_client.edited", machineId: id, before, after }]);
}

/** Lets it manage the installation no longer; the rest of it stays. @throws Refusal as above */
export async function takeInstallation(ctx: Ctx, { id }: Which): Promise<null> {
  await lockApiClient(ctx, { id });
  const client = await getApiClient(ctx, { id });
  if (!client) throw noSuchApiClient();
  const { revision, name, description, role, mayConfirm } = client;
  await saveLocked(ctx, { id, revision, name, description, role, mayConfirm, managesInstallation: false });
  return null;
}

/** Refuses its tokens and credentials until it is enabled again. Disabling a disabled one changes nothing. @throws Refusal as above */
export async function disableApiClient(ctx: Ctx, { id }: Which): Promise<null> {
  const { name, isEnabled } = await lockApiClient(ctx, { id });
  if (!isEnabled) return null;
  await markApiClientRow(ctx, { machineId: id }, "disabled");
  await withdrawLinksOfApiClient(ctx, { id });
  await record(ctx, [{ type: "api_client.disabled", machineId: id, name }]);
  return null;
}

/** Lets it in again. Enabling an enabled one changes nothing. @throws Refusal as above */
export async function enableApiClient(ctx: Ctx, { id }: Which): Promise<null> {
  const { name, isEnabled } = await lockApiClient(ctx, { id });
  if (isEnabled) return null;
  await markApiClientRow(ctx, { machineId: id }, "enabled");
  await record(ctx, [{ type: "api_client.enabled", machineId: id, name }]);
  return null;
}

/** Deletes it for ever with its secrets and keys, and frees its name; the rows stay as the record behind the audit. @throws Refusal as above */
export async function deleteApiClient(ctx: Ctx, { id }: Which): Promise<null> {
  const { name } = await lockApiClient(ctx, { id });
  const { tenantId } = ctx.actor;
  await markApiClientRow(ctx, { machineId: id }, "deleted");
  await freeName(ctx, { machineId: id });
  await withdrawLinksOfApiClient(ctx, { id });
  await record(ctx, [{ type: "api_client.deleted", machineId: id, name }]);
  await revokeCredentialsOfMachines(ctx, [id]);
  await endRotations(ctx, tenantId, { machineId: id }, "deleted");
  await endRehearsalsOf(ctx, [tenantId], { machineIds: [id] });
  return null;
}
