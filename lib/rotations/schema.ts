import { z } from "zod";
import {
  type AddedKey,
  addKeySchema,
  credentialIdSchema,
  type IssuedSecret,
  issueSecretSchema,
} from "@/lib/credentials/schema";

/** When the old one ends: when every host has moved, after a while, at an instant, at once. */
export const RETIREMENTS = ["moved", "hour", "day", "week", "at", "now"] as const;
export type Retirement = (typeof RETIREMENTS)[number];

/** Hosts that were not seen for more days are not waited for. */
export const SEEN_DAYS = { min: 1, max: 365, usual: 30 } as const;
const SEEN_MESSAGE = `Enter a whole number of days from ${SEEN_DAYS.min} to ${SEEN_DAYS.max}.`;

/** How many of the hosts that have not moved are named. */
export const WAITING_SHOWN_MAX = 200;

export const rotateCredentialSchema = z.object({
  machineId: z.uuid(),
  /** The one that gives way. */
  credentialId: credentialIdSchema,
  retirement: z.enum(RETIREMENTS),
  /** For `at` the instant; for `moved` the last one, null being that of the house. */
  endsAt: z.date({ error: "Choose a date and a time." }).nullable().default(null),
  seenDays: z
    .number({ error: SEEN_MESSAGE })
    .int(SEEN_MESSAGE)
    .min(SEEN_DAYS.min, SEEN_MESSAGE)
    .max(SEEN_DAYS.max, SEEN_MESSAGE)
    .default(SEEN_DAYS.usual),
  /** Of the new one. */
  expiresAt: issueSecretSchema.shape.expiresAt,
  /** Whether robots that are connected on the old one may fetch the new one themselves. */
  handsOver: z.boolean().default(false),
  /** Whether whoever rotates is shown the new secret; one that is not handed over is shown in any case. */
  isShown: z.boolean().default(true),
  /** Of a key: the new public half; null where each host is to bring one of its own. */
  publicKey: addKeySchema.shape.publicKey.nullable().default(null),
});

/** How often one host may fetch what a rotation hands over, or bring a key. An answer can be lost, but not often. */
export const PICK_UPS_MAX = 10;

/** A proof with the largest key that is taken has half of this. */
const PROOF_MAX_LENGTH = 8192;

/** What a robot says that fetches what takes the place of its client secret, or brings what takes that of its key. */
export const successorSchema = z.object({
  sessionId: z.uuid(),
  /** The public half of the robot's new pair (RFC 7517), and a JWS that the new key has signed. */
  public_key: z.looseObject({ kty: z.string() }).optional(),
  proof: z.string().max(PROOF_MAX_LENGTH).optional(),
});

/** What it gets, by the names of RFC 7591 §3.2.1. */
export type HandedOver = {
  readonly client_id: string;
  readonly client_secret: string;
  /** NumericDate; 0 is never. */
  readonly client_secret_expires_at: number;
};

/** What a robot is told that brought a key. */
export type BroughtKey = {
  readonly client_id: string;
  readonly key_id: string;
  /** NumericDate; 0 is never. */
  readonly key_expires_at: number;
};

const ofRotation = z.object({ machineId: z.uuid(), rotationId: z.uuid() });

export const endRotationSchema = ofRotation;
export const cancelRotationSchema = ofRotation.extend({
  /** Whether the new one is deleted, and what hangs on it cut. */
  deletesSuccessor: z.boolean(),
});

export type SuccessorInput = z.output<typeof successorSchema>;
export type RotateCredentialInput = z.output<typeof rotateCredentialSchema>;
export type EndRotationInput = z.output<typeof endRotationSchema>;
export type CancelRotationInput = z.output<typeof cancelRotationSchema>;

/** Why a rotation ended. The values are stored and sent as they stand here. */
export const ROTATION_ENDS = [
  "moved",
  "expired",
  "ended_now",
  "deleted",
  "cancelled",
  "successor_ended",
  "nobody_moved",
] as const;
export type RotationEndCode = (typeof ROTATION_ENDS)[number];

/** What a person is given who began a rotation: the new secret with its value, once, or the new key; neither where only robots get it. */
export type Rotated = {
  readonly rotationId: string;
  /** Null where each host brings a key of its own. */
  readonly successorId: string | null;
  /** When the old one ends at the latest. */
  readonly endsAt: Date;
  readonly secret: IssuedSecret | null;
  readonly key: AddedKey | null;
};

/** A host that is still on the old one. */
export type WaitingHost = {
  readonly hostName: string;
  readonly address: string;
  readonly seenAt: Date;
  readonly isConnected: boolean;
};

/** An open rotation, as its page shows it. */
export type RotationView = {
  readonly id: string;
  readonly fromCredentialId: string;
  /** Null where each host brings a key of its own. */
  readonly toCredentialId: string | null;
  /** Those keys, so far as they were brought. */
  readonly keyIds: readonly string[];
  readonly startedAt: Date;
  readonly startedBy: string | null;
  readonly retiresWhenMoved: boolean;
  readonly seenDays: number;
  readonly handsOver: boolean;
  /** What the old one's end was before; a cancellation gives it back. */
  readonly previousEnd: Date | null;
  /** The old one's end as it is now; before the first key was brought, the one that it will get. */
  readonly endsAt: Date | null;
  readonly moved: number;
  readonly waiting: number;
  /** The first of them, by name. */
  readonly waitingHosts: readonly WaitingHost[];
};
