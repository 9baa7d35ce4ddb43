import { findRights } from "@/lib/api-clients/queries";
import type { ApiRequest } from "@/lib/api-request";
import type { ApiClientActor } from "@/lib/ctx";
import { robotsDatabase } from "@/lib/db";
import { admit, readToken } from "@/lib/http/bearer";
import { noLongerGood } from "@/lib/http/challenge";
import { ADMIN_SCOPE } from "@/lib/identity/scopes";

/** An API client at work, with the rights that it has at this moment. */
export type AdminApiActor = ApiClientActor;

const ASKED = { audience: "admin", scope: ADMIN_SCOPE, isProofAsked: true } as const;

/**
 * Finds out which API client calls, as `admit` does, and what it may do at this moment.
 * @throws ProblemError 400, 401 or 403 with the challenge of RFC 6750 §3 or RFC 9449 §7.1
 */
export async function requireApiClient(request: ApiRequest, now: Date): Promise<AdminApiActor> {
  const { sql } = robotsDatabase();
  const { shown, client } = await admit(sql, request, ASKED, now);
  const { machineId: id, machineName: name, tenantId, credentialId } = client;
  const rights = await findRights(sql, { tenantId, machineId: id });
  if (!rights) throw noLongerGood(shown, "there is no such API client");
  return { kind: "apiClient", id, name, address: request.address, tenantId, credentialId, ...rights };
}

/**
 * That somebody has a token at all, before a large body is waited for. What it is worth is asked when the body is here.
 * @returns the API client's id, as the token says @throws ProblemError 400 or 401
 */
export async function requireToken(request: ApiRequest, now: Date): Promise<string> {
  return (await readToken(robotsDatabase().sql, request, "admin", now)).claims.machineId;
}
