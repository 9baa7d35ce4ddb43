import { record } from "@/lib/audit/commands";
import { storeHostKey, withdrawHostKey } from "@/lib/credentials/commands/host-key";
import { lockCredential, moveEnd } from "@/lib/credentials/commands/move-end";
import { describeCredentials } from "@/lib/credentials/queries";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { consumeJtiIn } from "@/lib/identity/consumed-jtis";
import { checkSuccessorProof, refusedProof } from "@/lib/identity/successor-proof";
import { lockMachine } from "@/lib/machines/commands/lock-machine";
import { awaitKey, noteBrought } from "@/lib/rotations/commands/pick-up";
import type { BroughtKey, SuccessorInput } from "@/lib/rotations/schema";
import { requireOpenSession } from "@/lib/sessions/queries";
import { signal } from "@/lib/signals";
import { numericDate } from "@/lib/time";
import { cut } from "./cut";
import { tellTakenElsewhere } from "./taken-elsewhere";

/**
 * Takes the key that a host has made in the place of the one it came with: its token proves the old one, `proof` the new one. With the first key of a
 * rotation the old one gets its end, so that it never ends before there is another. A host that brings the same key again is answered
 * the same; with another one it gives up the one before.
 * @throws Refusal `conflict` (`key_not_handed_over`, `other_credential`), `not_found` (`no_successor`, `session_not_found`), `gone`, `forbidden`
 *   (`host_unknown`), `too_many`, `limit_reached` (`key_limit_reached`), `invalid` (`successor_key_refused`, `successor_proof_refused`)
 */
export async function bringKey(
  ctx: Ctx<RobotActor>,
  { sessionId, public_key: jwk, proof }: SuccessorInput,
): Promise<BroughtKey> {
  const { id: machineId, tenantId, clientId: client_id, credentialId: oldId } = ctx.actor;
  if (!jwk || proof === undefined) {
    throw new Refusal(
      "conflict",
      "Of a key nothing is handed over: make a new pair, and send its public half (public_key) with a proof that the new key signed (proof).",
      { problem: "key_not_handed_over" },
    );
  }
  const { hostName, hostKey } = await requireOpenSession(ctx, { sessionId });
  const key = await checkSuccessorProof({ jwk, proof }, client_id, ctx.now);
  const system = { db: ctx.db, now: ctx.now, actor: { kind: "system" } } as const;
  await lockMachine(system, machineId, tenantId);
  if (!(await lockCredential(system, tenantId, oldId))) {
    throw new Refusal("gone", "The key was withdrawn. Ask an administrator for a new one.", {
      problem: "credential_withdrawn",
    });
  }
  const { rotationId, startedAt, latestEnd, expiresAt, broughtId } = await awaitKey(ctx, hostKey);
  const jti = { kind: "successor proof", owner: key.thumbprint, jti: key.jti } as const;
  if (!(await consumeJtiIn(ctx.db, jti, key.expiresAt))) throw refusedProof("its jti was used before");
  const answer = (key_id: string, end: Date | null) => ({
    client_id,
    key_id,
    key_expires_at: end === null ? 0 : numericDate(end),
  });
  if (broughtId !== null) {
    const brought = (await describeCredentials(ctx, [broughtId])).get(broughtId);
    // Somebody has switched it off: another one would be a way around that.
    if (brought?.disabledAt) {
      throw new Refusal("not_found", "The key that this host brought is disabled. Ask an administrator.", {
        problem: "no_successor",
      });
    }
    if (brought?.thumbprint === key.thumbprint) return answer(broughtId, brought.expiresAt);
    await withdrawHostKey(ctx, broughtId);
    await cut(system, tenantId, { credentialIds: [broughtId] }, "key_deleted");
  }
  const made = await storeHostKey(ctx, { hostName, key, expiresAt });
  const brought = { rotationId, hostKey, credentialId: made.keyId, oldEnd: made.oldEnd };
  const isFirst = await noteBrought(ctx, brought);
  if (isFirst && (made.oldEnd === null || made.oldEnd > latestEnd)) {
    await moveEnd(system, { tenantId, credentialId: oldId }, latestEnd);
    await signal(ctx.db, [{ kind: "terms", tenantId, machineId }]);
  }
  await record(ctx, [
    { type: "successor.brought", machineId, credentialId: made.keyId, rotationId, sessionId, hostName },
  ]);
  await tellTakenElsewhere(ctx, { rotationId, startedAt, hostName });
  await signal(ctx.db, [{ kind: "page", tenantId }]);
  return answer(made.keyId, made.expiresAt);
}
