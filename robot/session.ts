import { z } from "zod";
import { version } from "@/package.json";
import { type Patience, Unreachable, untilAnswered } from "./back-off";
import { type EndKind, RobotEnd } from "./exit-codes";
import type { Log } from "./log";
import type { Answer, Orchestrator } from "./orchestrator";
import type { Settings } from "./settings";

/** How often it comes back for a name that another host has, and after what time at least: longer than a dead one keeps it. */
const NAME_TRIES = 15;
const NAME_RETRY_SECONDS = 10;

const sessionSchema = z.object({
  id: z.uuid(),
  heartbeatIntervalSeconds: z.number().min(1).max(3600),
});

/** This host's connection as the server knows it. */
export type Session = z.output<typeof sessionSchema>;

/** The session has ended, or is not this robot's (any more). */
export class SessionOver extends Error {
  /** The server's `code`; undefined where it gave none. */
  readonly code: string | undefined;

  constructor(code: string | undefined, sentence: string) {
    super(sentence);
    this.name = "SessionOver";
    this.code = code;
  }
}

/** The codes after which connecting again would not help, or is not wanted; after any other the robot connects anew. */
const ENDS: Readonly<Record<string, EndKind>> = {
  secret_deleted: "cut",
  key_deleted: "cut",
  secret_expired: "cut",
  key_expired: "cut",
  secret_disabled: "cut",
  key_disabled: "cut",
  machine_disabled: "cut",
  machine_deleted: "cut",
  disconnected: "disconnected",
  other_credential: "replaced",
};

/** @returns what ends the robot with its session, or null when it may connect again */
export function endOfSession({ code = "", message }: SessionOver): RobotEnd | null {
  const kind = Object.hasOwn(ENDS, code) ? ENDS[code] : undefined;
  return kind === undefined ? null : new RobotEnd(kind, kind === "cut" ? `cut off: ${message}` : message);
}

/**
 * Takes an answer to a request about the session.
 * @throws SessionOver; RobotEnd `unexpected` for what a robot never should be answered
 */
export function sessionAnswer(answer: Answer): Answer {
  const { status, code, detail } = answer;
  if (status < 300) return answer;
  if (status === 404 || status === 409 || status === 410) throw new SessionOver(code, detail);
  throw new RobotEnd("unexpected", `the server answers ${status}: ${detail}`);
}

/**
 * Connects this host, however long it takes; on an open session it says what runs here, and the server gives up what does not.
 * @param runningJobs jobs from before; asked at each try
 * @throws RobotEnd `wrongHost` when the machine serves another host, `replaced` when another host has this one's name and lives
 */
export async function openSession(
  orchestrator: Orchestrator,
  { hostName, instanceId }: Pick<Settings, "hostName" | "instanceId">,
  runningJobs: () => readonly string[],
  { patience, log }: { readonly patience: Patience; readonly log: Log },
  signal: AbortSignal,
): Promise<Session> {
  const platform = `${process.platform} ${process.arch}`;
  const host = { hostName, robotVersion: version, platform, instanceId };
  let timesInUse = 0;
  return untilAnswered(
    async () => {
      const body = { ...host, runningJobs: runningJobs() };
      const answer = await orchestrator.send("POST", "sessions", { body, signal });
      if (answer.status === 201) return sessionSchema.parse(answer.body);
      if (answer.code === "host_name_in_use") {
        timesInUse += 1;
        if (timesInUse === 1) log(`warning: ${answer.detail} Waiting whether that one is gone.`);
        if (timesInUse === NAME_TRIES) throw new RobotEnd("replaced", answer.detail);
        throw new Unreachable(answer.detail, NAME_RETRY_SECONDS);
      }
      if (answer.code === "wrong_host") throw new RobotEnd("wrongHost", answer.detail);
      // Withdrawn between token and session: the next purchase of a token says so for certain.
      if (answer.code === "credential_withdrawn") throw new Unreachable(answer.detail);
      throw new RobotEnd(
        "unexpected",
        `the server does not connect this host: ${answer.status} ${answer.detail}`,
      );
    },
    patience,
    signal,
  );
}
