import type { Ctx, RobotActor } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { openSuccessor } from "@/lib/rotations/encrypted-value";
import { PICK_UPS_MAX } from "@/lib/rotations/schema";

type Found = {
  readonly id: string;
  readonly toCredentialId: string;
  readonly startedAt: Date;
  readonly encryptedValue: Uint8Array;
};

/** What a host is handed, and when the rotation that hands it over began. */
export type PickedUp = {
  readonly rotationId: string;
  readonly startedAt: Date;
  readonly credentialId: string;
  readonly value: string;
};

/**
 * Opens what the open rotation of the robot's credential hands over, and counts it. Its row is held until the end of the transaction: a
 * cancellation comes before or after it.
 * @throws Refusal `not_found` where nothing is handed over, `forbidden` to a host that was not known when the rotation began, `too_many`
 */
export async function pickUp(ctx: Ctx<RobotActor>, hostKey: string): Promise<PickedUp> {
  const { id: machineId, tenantId, credentialId } = ctx.actor;
  const [rotation] = await ctx.db.$queryRaw<Found[]>`
    SELECT id, to_credential_id AS "toCredentialId", started_at AS "startedAt",
           encrypted_value AS "encryptedValue"
      FROM rotations WHERE from_credential_id = ${credentialId} AND machine_id = ${machineId}::uuid
       AND tenant_id = ${tenantId}::uuid AND ended_at IS NULL AND hands_over AND encrypted_value IS NOT NULL
       FOR SHARE`;
  if (!rotation) {
    throw new Refusal("not_found", "Nothing is handed over to who has this client secret or key.", {
      problem: "no_successor",
    });
  }
  const where = { rotationId: rotation.id, tenantId, hostKey };
  const { count } = await ctx.db.rotationHost.updateMany({
    where: { ...where, pickUps: { lt: PICK_UPS_MAX } },
    data: { pickUps: { increment: 1 } },
  });
  if (count === 0) {
    throw (await ctx.db.rotationHost.count({ where })) === 0
      ? new Refusal(
          "forbidden",
          "This host was not connected with this client secret before the rotation began. Give it the new one by hand.",
          { problem: "host_unknown" },
        )
      : new Refusal(
          "too_many",
          `This host has fetched its new client secret ${PICK_UPS_MAX} times. Give it the new one by hand.`,
          { problem: "successor_fetched_too_often" },
        );
  }
  return {
    rotationId: rotation.id,
    startedAt: rotation.startedAt,
    credentialId: rotation.toCredentialId,
    value: openSuccessor(rotation.encryptedValue, {
      ...rotation,
      tenantId,
      machineId,
      fromCredentialId: credentialId,
    }),
  };
}
