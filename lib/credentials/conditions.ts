import { Prisma } from "@/lib/generated/prisma/client";

/** @returns the condition of the credentials that `credentialState` calls live: neither deleted nor expired */
export const whereLive = (now: Date) =>
  ({
    revokedAt: null,
    OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
  }) satisfies Prisma.CredentialWhereInput;

/** The same, of a row of credentials in SQL. */
export const isLive = (now: Date): Prisma.Sql =>
  Prisma.sql`revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`;
