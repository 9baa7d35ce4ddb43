import { authenticated, type CredentialContent, ROW } from "@/lib/credentials/authentic";
import type { Db, UserActor } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import { type Provisioned, prisma } from "@/test/people";

type Change = Partial<
  Pick<CredentialContent, "expiresAt" | "pepperId"> & { digest: Uint8Array<ArrayBuffer> }
>;

/** @returns what its row says, with the MAC over it */
export const storedCredential = (id: string, db: Db = prisma()) =>
  db.credential.findUniqueOrThrow({ where: { id }, select: ROW });

/** @returns a credential of a machine as deeds name it, the machine's first secret unless another one is given */
export const credentialOf = (
  { tenantId }: UserActor,
  { machineId, secretId }: Provisioned,
  credentialId = secretId,
) => ({ tenantId, machineId, credentialId });

/** Time passes for one credential, or it was stored by another process: its row says something else, and is authentic. */
export async function rewriteCredential(id: string, change: Change, db: Db = prisma()): Promise<void> {
  const row = await storedCredential(id, db);
  const data: Prisma.CredentialUncheckedUpdateInput = { ...change, ...authenticated({ ...row, ...change }) };
  await db.credential.update({ where: { id }, data, select: { id: true } });
}
