import {
  type CredentialOfTenant,
  markCredentialDisabled,
  markCredentialEnabled,
} from "@/lib/credentials/commands/disable-credential";
import { countLiveCredentials } from "@/lib/credentials/queries";
import { CREDENTIAL_WORDS } from "@/lib/credentials/rules";
import type { Ctx, SystemActor, UserActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { lockMachine } from "@/lib/machines/commands/lock-machine";
import { allowIn } from "@/lib/permissions";
import { stopHandingOver } from "@/lib/rotations/commands/end-rotations";
import { type Cut, cut, NOTHING_CUT } from "./cut";

type Disabling = CredentialOfTenant & {
  /** For people. */
  readonly reason: string;
  /** A person says that the last live one is meant; the process itself is not asked. */
  readonly confirmedLast?: boolean;
};

/**
 * Refuses a client secret or key until somebody enables it again, and cuts what hangs on it as its deletion would: its sessions end here with
 * the jobs on them; its tokens are refused from the commit on. Those that its hosts showed last stay refused when it is enabled.
 * @returns the hosts that were disconnected and how many jobs were stopped; none when it was disabled already
 * @throws Refusal `not_found`, `gone` when it has ended; `conflict` at `confirmedLast` when it is the last live one and nobody said that this is meant
 */
export async function disableCredential(
  ctx: Ctx<UserActor | SystemActor>,
  { reason, confirmedLast = false, ...of }: Disabling,
): Promise<Cut> {
  allowIn(ctx.actor, "credentials.disable", of.tenantId);
  await lockMachine(ctx, of.machineId, of.tenantId);
  const { kind, wasLive } = await markCredentialDisabled(ctx, of, reason);
  if (!wasLive) return NOTHING_CUT;
  const isAsked = ctx.actor.kind !== "system" && !confirmedLast;
  if (isAsked && (await countLiveCredentials(ctx, of)) === 0) {
    throw new Refusal(
      "conflict",
      `This is the last live ${CREDENTIAL_WORDS[kind]}: without it no robot can connect as this machine. Confirm that you mean it.`,
      { field: "confirmedLast" },
    );
  }
  const { tenantId, credentialId } = of;
  await stopHandingOver(ctx, tenantId, credentialId);
  return cut(
    ctx,
    tenantId,
    { credentialIds: [credentialId] },
    kind === "Secret" ? "secret_disabled" : "key_disabled",
  );
}

/**
 * Lets a disabled client secret or key be used again, by the value it had.
 * @throws Refusal `not_found`, `gone` when it has ended
 */
export async function enableCredential(
  ctx: Ctx<UserActor | SystemActor>,
  of: CredentialOfTenant,
): Promise<null> {
  allowIn(ctx.actor, "credentials.disable", of.tenantId);
  await lockMachine(ctx, of.machineId, of.tenantId);
  await markCredentialEnabled(ctx, of);
  return null;
}
