import type { Db } from "@/lib/ctx";

/** The channel of PostgreSQL's LISTEN/NOTIFY that all processes share. */
export const SIGNAL_CHANNEL = "latchkey";

/**
 * What one process tells the others. A signal says where to look, never what to believe: whoever hears it asks the tables.
 */
export type Signal =
  /** A job waits that hosts of this tenant may take, or those of one machine only. */
  | { readonly kind: "job"; readonly tenantId: string; readonly machineId: string | null }
  /** Something about this host's session changed: it ended, or a job on it is to stop. */
  | { readonly kind: "session"; readonly tenantId: string; readonly sessionId: string }
  /** Tokens are good no more: the one with this `jti`, or those that the key with this `kid` signed. */
  | { readonly kind: "tokens"; readonly of: string }
  /** What tokens of a tenant's machines may be changed: of one machine, or of all that leave it to the tenant. */
  | { readonly kind: "terms"; readonly tenantId: string; readonly machineId: string | null }
  /** Somebody may less than before: a sign-in, a membership or a role ended. */
  | { readonly kind: "people" }
  /** A signing key came, went or changed its times. */
  | { readonly kind: "keys" }
  /** Something that the tenant's pages show changed. */
  | { readonly kind: "page"; readonly tenantId: string };

/** A signal as all processes hear it, in the same order, with the transaction that sent it. */
export type ReceivedSignal = Signal & { readonly transactionId: string };

/** Sends signals when the transaction commits, and not at all when it is rolled back. */
export async function signal(db: Db, signals: readonly Signal[]): Promise<void> {
  const payloads = [...new Set(signals.map((one) => JSON.stringify(one)))];
  if (payloads.length === 0) return;
  await db.$executeRaw`
    SELECT pg_notify(${SIGNAL_CHANNEL}, (payload || jsonb_build_object('transactionId', pg_current_xact_id()::text))::text)
      FROM unnest(${payloads}::jsonb[]) AS payload`;
}
