import { Prisma } from "@/lib/generated/prisma/client";

/** @returns the condition of the credentials that `isEnded` says nothing of: they work, or will when somebody enables them */
export const whereNotEnded = (now: Date) =>
  ({
    revokedAt: null,
    OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
  }) satisfies Prisma.CredentialWhereInput;

/** @returns the condition of the credentials that `credentialState` calls live: neither deleted nor expired nor disabled */
export const whereLive = (now: Date) =>
  ({ ...whereNotEnded(now), disabledAt: null }) satisfies Prisma.CredentialWhereInput;

/** The same, of a row of credentials in SQL. */
export const isLive = (now: Date): Prisma.Sql =>
  Prisma.sql`revoked_at IS NULL AND disabled_at IS NULL AND (expires_at IS NULL OR expires_at > ${now})`;
