import { z } from "zod";
import type { CredentialKind } from "@/lib/credentials/schema";
import { isPlainLine, isStorable } from "@/lib/text";

/** How often a robot should say that it lives, and after how long its silence counts. */
export const HEARTBEAT_INTERVAL_SECONDS = 30;
export const UNRESPONSIVE_AFTER_SECONDS = 120;
/**
 * After how long without a note that heartbeats can be taken nobody was there to take them. With a heartbeat's interval and a robot's
 * retries it must stay below what counts as silence.
 */
export const HEARING_GAP_SECONDS = 30;

export const SESSION_STATES = ["Available", "Busy", "Unresponsive", "Disconnected"] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** Why a session ended; robots are told by these (lib/problem-codes.ts). */
export const END_CODES = [
  "secret_deleted",
  "key_deleted",
  "secret_expired",
  "key_expired",
  "secret_disabled",
  "key_disabled",
  "machine_disabled",
  "machine_deleted",
  "disconnected",
  "machine_authentication_changed",
  "tenant_authentication_changed",
  "closed",
  "removed",
] as const;
export type EndCode = (typeof END_CODES)[number];

/** Why something ended, and who did it: a person's name, where it was a person. */
export type Ended = { readonly endCode: EndCode; readonly endedBy: string | null };

const plain = (max: number) =>
  z.string().trim().min(1).max(max).refine(isPlainLine, {
    error: "must be plain text without control characters",
  });

export const openSessionSchema = z.object({
  hostName: plain(255),
  robotVersion: plain(64).optional(),
  platform: plain(128).optional(),
  /** The same whenever this host connects, and another for each other host: a clone is told from a restart by it. */
  instanceId: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, "must be 1 to 64 visible ASCII characters")
    .optional(),
});

export const connectHostSchema = openSessionSchema.extend({
  /** Jobs that still run on this host from before, when it connects again; any other of its session is lost. */
  runningJobs: z.array(z.uuid()).max(1000).default([]),
});

/** The list's state as it stands in the address. */
export const robotListSchema = z.object({
  state: z.enum(SESSION_STATES).optional().catch(undefined),
  /** The name of the one host that is wanted, as it is compared. */
  host: plain(255).optional().catch(undefined),
});
export type RobotListQuery = z.output<typeof robotListSchema>;

/** Where in the list of robots a host stands: when it ended, nothing while it is connected, `~`, its session's id, `~`, and its name. */
export const robotCursorSchema = z
  .string()
  .max(400)
  .refine(isStorable)
  .transform((text): string[] => /^([^~]*)~([^~]*)~(.+)$/s.exec(text) ?? [])
  .pipe(
    z.tuple([z.string(), z.literal("").or(z.iso.datetime().refine((at) => at > "1")), z.uuid(), z.string()]),
  )
  .transform(
    ([, endedAt, sessionId, hostName]): RobotCursor => ({
      endedAt: endedAt === "" ? null : new Date(endedAt),
      sessionId,
      hostName,
    }),
  );

export type RobotCursor = Readonly<Pick<RobotRow, "endedAt" | "sessionId" | "hostName">>;

/** @returns the cursor as it stands in an address */
export const robotCursorText = ({ endedAt, sessionId, hostName }: RobotCursor): string =>
  `${endedAt?.toISOString() ?? ""}~${sessionId}~${hostName}`;

export const sessionIdSchema = z.object({ sessionId: z.uuid() });

export const heartbeatSchema = sessionIdSchema.extend({
  /** What the robot is doing; without it the state stays as it was last reported. */
  state: z.enum(["Available", "Busy"]).optional(),
});

export type ConnectHostInput = z.output<typeof connectHostSchema>;
export type OpenSessionInput = z.output<typeof openSessionSchema>;
export type HeartbeatInput = z.output<typeof heartbeatSchema>;

/** A poll for work, as far as other processes must know of it. */
export type Poll = {
  /** Where it waits. */
  readonly processId: string;
  readonly endsAt: Date;
  /** It ends what waits elsewhere; one that is not new ends when a newer one came. */
  readonly isNew: boolean;
};

/** A session as the robot API and the pages show it. */
export type SessionView = {
  readonly id: string;
  readonly machineId: string;
  readonly hostName: string;
  readonly credentialId: string;
  readonly state: SessionState;
  readonly robotVersion: string | null;
  readonly platform: string | null;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly endedAt: Date | null;
  /** Null: a robot is shown its session only while it is open. */
  readonly endReason: null;
  readonly heartbeatIntervalSeconds: number;
};

/** A host that deleting a secret or a machine would cut, for the confirmation dialog. */
export type ConnectedHost = {
  readonly sessionId: string;
  readonly machineId: string;
  readonly credentialId: string;
  readonly credentialKind: CredentialKind;
  readonly hostName: string;
  readonly state: SessionState;
  readonly heartbeatAt: Date;
};

/** A host as the page of robots shows it. */
export type RobotRow = Omit<ConnectedHost, "credentialKind"> & {
  readonly machineName: string;
  readonly address: string;
  readonly robotVersion: string | null;
  readonly platform: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly endCode: EndCode | null;
  readonly endedBy: string | null;
  readonly runningJobs: readonly { readonly jobId: string; readonly processName: string }[];
};

export const connectedHostsSchema = z.object({ machineIds: z.array(z.uuid()).min(1).max(200) });
