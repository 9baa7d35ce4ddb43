import { z } from "zod";
import { credentialIdSchema } from "@/lib/credentials/schema";

export const REHEARSAL_DAYS_MAX = 30;

export const rehearseDeletionSchema = z.object({
  machineId: z.uuid(),
  credentialId: credentialIdSchema,
  /** From this instant on nothing is marked any more. */
  endsAt: z.date({ error: "Choose a date and a time." }),
});

export const cancelRehearsalSchema = z.object({ machineId: z.uuid(), rehearsalId: z.uuid() });

export type RehearseDeletionInput = z.output<typeof rehearseDeletionSchema>;
export type CancelRehearsalInput = z.output<typeof cancelRehearsalSchema>;

/** How a rehearsal ended: somebody cancelled it, its time was over, or its credential was deleted or expired. */
export type RehearsalOutcome = "cancelled" | "ran_out" | "deleted";

/** When a rehearsal is: `endedAt` is when it was noted that it is over. */
export type RehearsalTime = {
  readonly startedAt: Date;
  readonly endsAt: Date;
  readonly endedAt: Date | null;
};

/** A rehearsal that goes on. */
export type RehearsalView = {
  readonly id: string;
  readonly credentialId: string;
  readonly startedAt: Date;
  /** Null: Latchkey itself, when a leak was reported. */
  readonly startedBy: string | null;
  readonly endsAt: Date;
};
