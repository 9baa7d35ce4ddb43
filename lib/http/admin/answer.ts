import { z } from "zod";
import type { Operation } from "@/lib/admin-api/operation";
import type { KeptAnswer } from "@/lib/idempotency/commands";

/** @returns what was done, as JSON: the members that the operation names, and no other */
export function encodeAnswer(
  { answer, status = 200 }: { readonly answer?: z.ZodType | undefined; readonly status?: number },
  data: unknown,
): KeptAnswer {
  if (!answer) return { status: 204, body: null };
  return { status, body: JSON.stringify(z.encode(answer, data)) };
}

function withoutMembers(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => withoutMembers(each, names));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !names.includes(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutMembers(each, names)]));
}

/** @returns the answer that a repeat of the request gets: without the values of secrets, which were shown */
export function repeatedAnswer({ secrets }: Operation, { status, body }: KeptAnswer): KeptAnswer {
  if (!secrets || body === null) return { status, body };
  const rest = withoutMembers(JSON.parse(body), secrets) as object;
  return { status, body: JSON.stringify({ ...rest, secretsShown: true }) };
}
