import { encrypterTo, sealed } from "@/lib/age";
import { issueSecrets } from "@/lib/credentials/commands/issue-secret";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { noSuchMachine } from "@/lib/machines/refusals";
import { problemOf } from "@/lib/machines/rules";
import type { RowProblem } from "@/lib/machines/schema";
import { allow } from "@/lib/permissions";
import { inSets, lockChosen } from "./chosen-machines";
import type { AddSecretsInput } from "./schema";
import { requireShown } from "./shown-cut";

/** A machine of many that was to get a new secret. */
export type SecretLine = {
  readonly machineId: string;
  readonly name: string;
  readonly problem: RowProblem | null;
  /** Its value is null where it is in the encrypted file. */
  readonly secret:
    | (Omit<IssuedSecret, "clientSecret"> & {
        readonly machineId: string;
        readonly clientSecret: string | null;
      })
    | null;
};

/** @returns what is said of an id that is no machine of the tenant */
export const missingLine = (machineId: string): SecretLine => ({
  machineId,
  name: "",
  problem: problemOf(noSuchMachine()),
  secret: null,
});

/**
 * Adds a client secret to each of chosen machines; those they have stay valid. One that has no room is told so, and the others are done.
 * @returns a line for each, by id; with a recipient the secrets' values are in the encrypted file alone
 * @throws Refusal as `lockChosen` and `requireShown` do; `invalid` at `expiresAt` or `recipient`
 */
export async function addSecrets(
  ctx: Ctx,
  { name, expiresAt, recipient, ...chosen }: AddSecretsInput,
): Promise<{ results: readonly SecretLine[]; encrypted: string | null }> {
  allow(ctx.actor, "secrets.issue");
  const encrypt = recipient === null ? null : encrypterTo(recipient);
  const { machines, missing } = await lockChosen(ctx, chosen);
  await requireShown(ctx, chosen.preview, { machines, hosts: [], jobIds: [] });
  const sets = await inSets(machines, (set) =>
    issueSecrets(
      ctx,
      set.map(({ id: machineId }) => ({ machineId, name, expiresAt })),
    ),
  );
  const issued = sets.flat();
  const lines = machines.map((machine, index): SecretLine => {
    const { id: machineId, name: machineName, clientId } = machine;
    const outcome = issued[index];
    if (!outcome || outcome instanceof Refusal)
      return { machineId, name: machineName, problem: outcome ? problemOf(outcome) : null, secret: null };
    const secret = { ...outcome, machineId, machineName, clientId };
    return { machineId, name: machineName, problem: null, secret };
  });
  return sealed([...lines, ...missing.map(missingLine)], "secret", encrypt);
}
