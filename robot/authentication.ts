import { z } from "zod";
import { Unreachable } from "./back-off";
import { RobotEnd } from "./exit-codes";
import type { ServerClock } from "./server-clock";

const TIMEOUT_SECONDS = 15;

const authenticationSchema = z.object({
  mechanism: z.string(),
  issuer: z.url(),
  /** The orchestrator by its own name, which differs from the address in use where a proxy translates. */
  resource: z.url().optional(),
  heartbeatIntervalSeconds: z.number().min(1).max(3600),
});

/** How the server wants to be talked to. */
export type Authentication = z.output<typeof authenticationSchema>;

/** @returns what went wrong, with its cause, for the log */
export const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  return `${error instanceof Error ? error.message : String(error)}${cause && ` (${cause})`}`;
};

/**
 * Asks the portal at `url`.
 * @throws Unreachable; RobotEnd `settings` when it is no Latchkey
 */
export async function askAuthentication(url: URL, clock: ServerClock): Promise<Authentication> {
  const address = new URL(`${url.href.replace(/\/$/, "")}/api/orchestrator/authentication`);
  const signal = AbortSignal.timeout(TIMEOUT_SECONDS * 1000);
  let body: unknown;
  try {
    const response = await fetch(address, { signal, redirect: "error" });
    clock.hear(response);
    if (!response.ok) throw new Error(`it answers ${response.status}`);
    body = await response.json();
  } catch (error) {
    throw new Unreachable(`${address.href}: ${reasonOf(error)}`, 0, { cause: error });
  }
  const parsed = authenticationSchema.safeParse(body);
  if (!parsed.success) throw new RobotEnd("settings", `${url.origin} does not answer as Latchkey does.`);
  if (parsed.data.mechanism !== "ClientCredentials") {
    throw new RobotEnd("unexpected", `the server wants ${parsed.data.mechanism}, which this robot cannot do`);
  }
  if (url.protocol === "https:" && !parsed.data.issuer.startsWith("https:")) {
    throw new RobotEnd("settings", "the server names an issuer without TLS; no secret is sent there");
  }
  return parsed.data;
}
