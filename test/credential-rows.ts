import { authenticated, type CredentialContent, ROW } from "@/lib/credentials/authentic";
import type { Db } from "@/lib/ctx";
import type { Prisma } from "@/lib/generated/prisma/client";
import { prisma } from "@/test/people";

type Change = Partial<
  Pick<CredentialContent, "expiresAt" | "pepperId"> & { digest: Uint8Array<ArrayBuffer> }
>;

/** Time passes for one credential, or it was stored by another process: its row says something else, and is authentic. */
export async function rewriteCredential(id: string, change: Change, db: Db = prisma()): Promise<void> {
  const row = await db.credential.findUniqueOrThrow({ where: { id }, select: ROW });
  const data: Prisma.CredentialUncheckedUpdateInput = { ...change, ...authenticated({ ...row, ...change }) };
  await db.credential.update({ where: { id }, data, select: { id: true } });
}
