import { z } from "zod";
import { assetNameSchema } from "@/lib/assets/schema";
import { jobIdSchema, nextJobSchema, reportJobSchema } from "@/lib/jobs/schema";
import { successorSchema } from "@/lib/rotations/schema";
import { connectHostSchema, heartbeatSchema, sessionIdSchema } from "@/lib/sessions/schema";
import {
  assetAnswer,
  authenticationAnswer,
  jobAnswer,
  selfAnswer,
  sessionAnswer,
  successorAnswer,
} from "./answers";
import type { Described } from "./described";
import { robotRefusals } from "./refusals";

/** What each part of the robot API is, in the order in which a robot needs them. */
export const ROBOT_TAGS = {
  Robots: "How to authenticate, and who one is",
  "Robot sessions": "The connection of a host: it is opened, says that it lives, hears what to do",
  "Robot jobs": "Work: it is claimed by a long poll, and reported on",
  "Robot assets": "Named values",
} as const;

const ORCHESTRATOR = "/api/orchestrator";
const SESSION = `${ORCHESTRATOR}/sessions/{sessionId}`;

const EVENTS = `Server-sent events (WHATWG HTML §9.2). The stream says what holds as it opens and whatever comes then, so that nothing is lost by opening it again; a newer stream of the session ends it.

\`ready\` \`{}\`: it is open.

\`job-available\` \`{}\`: poll for work.

\`stop\` and \`kill\` \`{jobId}\`: a person wants the job to end, by itself or at once.

\`credential-expiring\` \`{id, kind, expiresAt}\`: the client secret or key ends soon.

\`credential-rotated\` \`{successor, endsAt}\`: fetch what takes its place, or bring a key, at the address \`successor\`.

\`disconnected\` \`{code, reason}\`: the session has ended; \`replaced\` \`{}\`: a newer stream was opened. Both end the stream.`;

/** The addresses of robots, as their handlers read them. */
export const ROBOT_OPERATIONS: readonly Described[] = [
  {
    id: "authenticationConfiguration",
    method: "get",
    path: `${ORCHESTRATOR}/authentication`,
    tag: "Robots",
    summary: "How robots authenticate",
    as: "anybody",
    answers: { 200: { says: "What a robot must know before it has a token", schema: authenticationAnswer } },
    refuses: [],
  },
  {
    id: "describeSelf",
    method: "get",
    path: `${ORCHESTRATOR}/me`,
    tag: "Robots",
    summary: "The machine and the credential that the token is of",
    as: "OR.Robots",
    answers: { 200: { says: "Machine, tenant and credential", schema: selfAnswer } },
    refuses: robotRefusals(400),
  },
  {
    id: "takeSuccessor",
    method: "post",
    path: "/api/identity/connect/successor",
    tag: "Robots",
    summary: "Fetch the next client secret, or bring the next key",
    description:
      "In a rotation with hand-over. A host that came with a client secret gets the next one; one that came with a key makes a new pair, and sends its public half with a proof that the new key signed.",
    as: "OR.Robots",
    input: successorSchema,
    answers: { 200: { says: "The new client secret, or the id of the new key", schema: successorAnswer } },
    refuses: robotRefusals(400, 404, 409, 410, 413, 415, 422, 429),
  },
  {
    id: "connectHost",
    method: "post",
    path: `${ORCHESTRATOR}/sessions`,
    tag: "Robot sessions",
    summary: "Connect the host, or come back to its session",
    as: "OR.Robots",
    input: connectHostSchema,
    answers: { 201: { says: "The session", schema: sessionAnswer } },
    refuses: robotRefusals(400, 404, 409, 410, 413, 415),
  },
  {
    id: "disconnectSelf",
    method: "delete",
    path: SESSION,
    tag: "Robot sessions",
    summary: "Disconnect the host",
    description: "Jobs that it did not report on are Faulted.",
    as: "OR.Robots",
    input: sessionIdSchema,
    answers: { 204: { says: "It is disconnected, or was already" } },
    refuses: robotRefusals(400, 404, 413, 415),
  },
  {
    id: "sendHeartbeat",
    method: "post",
    path: `${SESSION}/heartbeat`,
    tag: "Robot sessions",
    summary: "Say that the host lives, and what it does",
    as: "OR.Robots",
    input: heartbeatSchema,
    answers: { 200: { says: "The session", schema: sessionAnswer } },
    refuses: robotRefusals(400, 404, 409, 410, 413, 415),
  },
  {
    id: "hostEvents",
    method: "get",
    path: `${SESSION}/events`,
    tag: "Robot sessions",
    summary: "What the host is told, as it happens",
    description: EVENTS,
    as: "OR.Robots",
    input: sessionIdSchema,
    answers: {
      200: { says: "The stream", schema: z.string(), mediaType: "text/event-stream" },
    },
    refuses: robotRefusals(400, 404, 409, 410),
  },
  {
    id: "claimJob",
    method: "post",
    path: `${SESSION}/jobs/next`,
    tag: "Robot jobs",
    summary: "Wait for work",
    description: "A long poll; a newer one of the session has this one answered with 204 at once.",
    as: "OR.Jobs",
    input: nextJobSchema,
    answers: {
      200: { says: "The job that the host has claimed", schema: jobAnswer },
      204: { says: "There was no work meanwhile" },
    },
    refuses: robotRefusals(400, 404, 409, 410, 413, 415),
  },
  {
    id: "readOwnJob",
    method: "get",
    path: `${ORCHESTRATOR}/jobs/{jobId}`,
    tag: "Robot jobs",
    summary: "A job of this machine and credential",
    as: "OR.Jobs",
    input: jobIdSchema,
    answers: { 200: { says: "The job", schema: jobAnswer } },
    refuses: robotRefusals(400, 404),
  },
  {
    id: "reportJob",
    method: "patch",
    path: `${ORCHESTRATOR}/jobs/{jobId}`,
    tag: "Robot jobs",
    summary: "Say how the job goes, or how it ended",
    as: "OR.Jobs",
    input: reportJobSchema,
    answers: { 200: { says: "The job", schema: jobAnswer } },
    refuses: robotRefusals(400, 404, 409, 413, 415),
  },
  {
    id: "readAsset",
    method: "get",
    path: `${ORCHESTRATOR}/assets/{name}`,
    tag: "Robot assets",
    summary: "An asset's value for this machine",
    as: "OR.Assets",
    input: assetNameSchema,
    answers: { 200: { says: "The value", schema: assetAnswer } },
    refuses: robotRefusals(400, 404),
  },
];
