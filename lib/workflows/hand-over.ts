import { record } from "@/lib/audit/commands";
import { describeCredentials } from "@/lib/credentials/queries";
import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { pickUp } from "@/lib/rotations/commands/pick-up";
import type { BroughtKey, HandedOver, SuccessorInput } from "@/lib/rotations/schema";
import { requireOpenSession } from "@/lib/sessions/queries";
import { numericDate } from "@/lib/time";
import { bringKey } from "./bring-key";
import { tellTakenElsewhere } from "./taken-elsewhere";

/**
 * Hands a robot the client secret that takes the place of the one it came with, as often as it may ask: an answer can be lost on its way.
 * Whoever has the old secret could become this machine anyway; a host that nobody knew before gets nothing, and an address that is new to the
 * old secret is told to people. A robot that came with a key brings a new one.
 * @throws Refusal `not_found` (`no_successor`, `session_not_found`), `gone`, `conflict` (`other_credential`), `forbidden` (`host_unknown`), `too_many`,
 *   `invalid` (`invalid_body`); of a key as `bringKey`
 */
export async function handOver(
  ctx: Ctx<RobotActor>,
  input: SuccessorInput,
): Promise<HandedOver | BroughtKey> {
  if (ctx.actor.credentialKind === "Key") return bringKey(ctx, input);
  if (input.public_key) {
    throw new Refusal(
      "invalid",
      "Only who came with a key brings one; the new client secret is handed over.",
      {
        field: "public_key",
        problem: "invalid_body",
      },
    );
  }
  const { sessionId } = input;
  const { id: machineId } = ctx.actor;
  const { hostName, hostKey } = await requireOpenSession(ctx, { sessionId });
  const { rotationId, startedAt, credentialId, value } = await pickUp(ctx, hostKey);
  await record(ctx, [
    { type: "successor.picked_up", machineId, credentialId, rotationId, sessionId, hostName },
  ]);
  await tellTakenElsewhere(ctx, { rotationId, startedAt, hostName });
  const { expiresAt = null } = (await describeCredentials(ctx, [credentialId])).get(credentialId) ?? {};
  return {
    client_id: ctx.actor.clientId,
    client_secret: value,
    client_secret_expires_at: expiresAt === null ? 0 : numericDate(expiresAt),
  };
}
