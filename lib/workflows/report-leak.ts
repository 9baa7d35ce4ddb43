import { record } from "@/lib/audit/commands";
import { wasRecordedOf } from "@/lib/audit/queries/was-recorded";
import type { CredentialOfTenant } from "@/lib/credentials/commands/disable-credential";
import { findCredential } from "@/lib/credentials/queries";
import type { AnonymousActor, Ctx, SystemActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { lockMachine } from "@/lib/machines/commands/lock-machine";
import { notify } from "@/lib/notifications/commands/notify";
import { NAMED_MAX } from "@/lib/notifications/schema";
import { startRehearsal } from "@/lib/rehearsals/commands";
import { rehearsalEnd } from "@/lib/rehearsals/rules";
import { listHostNames } from "@/lib/sessions/queries";
import { getLeakResponse } from "@/lib/tenants/queries";
import type { LeakResponse } from "@/lib/tenants/schema";
import { disableCredential } from "./disable-credential";

/** Long enough to see every host that comes once a week; whoever has read the notification decides before. */
const REHEARSAL_DAYS = 7;

/** What a report says beside the value, which does not get this far. */
export type LeakReport = {
  readonly address: string | null;
  readonly source: string | null;
  readonly foundAt: string | null;
};

type Done = "disabled" | "rehearsed" | "nothing";

async function rehearse(ctx: Ctx<SystemActor>, of: CredentialOfTenant): Promise<Done> {
  try {
    await startRehearsal(ctx, { ...of, endsAt: rehearsalEnd(REHEARSAL_DAYS, ctx.now) });
  } catch (error) {
    // It is rehearsed already.
    if (!(error instanceof Refusal && error.code === "conflict")) throw error;
  }
  return "rehearsed";
}

async function respond(ctx: Ctx<SystemActor>, of: CredentialOfTenant, response: LeakResponse): Promise<Done> {
  if (response === "Tell") return "nothing";
  if (response === "Rehearse") return rehearse(ctx, of);
  await disableCredential(ctx, { ...of, reason: "It was reported as leaked." });
  return "disabled";
}

/** @returns the first instant of the day in UTC, and the day as notifications name it */
function today(now: Date): { readonly since: Date; readonly on: string } {
  const on = now.toISOString().slice(0, 10);
  return { since: new Date(`${on}T00:00:00Z`), on };
}

/**
 * Does with a credential whose value somebody showed what its tenant chose, and tells. Of one that has ended nothing is done; a disabled one stays
 * disabled. The same may be reported however often: what is done is done once, and said once a day.
 */
export async function reportLeak(
  ctx: Ctx<SystemActor>,
  of: CredentialOfTenant,
  { address, source, foundAt }: LeakReport,
): Promise<void> {
  const { tenantId, machineId, credentialId } = of;
  const { name: machineName } = await lockMachine(ctx, machineId, tenantId);
  const credential = await findCredential(ctx, of);
  if (!credential || credential.state === "Expired" || credential.state === "Deleted") return;
  const hostNames = await listHostNames(ctx, of);
  const response = credential.state === "Disabled" ? "Disable" : await getLeakResponse(ctx, tenantId);
  const done = await respond(ctx, of, response);

  const { since, on } = today(ctx.now);
  if (await wasRecordedOf(ctx, "credential.reported_leaked", of, since)) return;
  const { name: credentialName, kind } = credential;
  const subject = { machineId, credentialId } as const;
  const reporter: AnonymousActor = { kind: "anonymous", address };
  await record(
    { ...ctx, actor: reporter },
    [{ type: "credential.reported_leaked", ...subject, kind, done, source, foundAt }],
    tenantId,
  );
  await notify(ctx.db, {
    tenantId,
    now: ctx.now,
    notice: {
      kind: "leak.reported",
      ...subject,
      machineName,
      credentialName,
      credentialKind: kind,
      done,
      address,
      foundAt,
      on,
      count: hostNames.length,
      hostNames: hostNames.slice(0, NAMED_MAX),
    },
  });
}
