import { Refusal } from "@/lib/errors";
import { formatCount, formatQuantity } from "@/lib/format";
import { Prisma } from "@/lib/generated/prisma/client";
import type { ApiClientRow } from "./schema";

export const noSuchApiClient = () =>
  new Refusal("not_found", "There is no such API client. It may have been deleted.");

export const mayDoMore = () =>
  new Refusal(
    "forbidden",
    "This API client may do more than you may. Ask somebody who may do as much to change it.",
  );

/** So many API clients are named. */
const NAMED_MAX = 5;

/**
 * Programs that somebody made would go on without them: nobody leaves before it is said what becomes of those, also of those that somebody
 * may enable again.
 * @param said what becomes of them; whatever that is, none of them goes on
 * @throws Refusal `conflict` at `apiClients`
 */
export function requireSettled(
  made: readonly Pick<ApiClientRow, "name" | "isEnabled">[],
  said: string | undefined,
  which = "",
): void {
  const clients = said === undefined ? made : made.filter(({ isEnabled }) => isEnabled);
  if (clients.length === 0) return;
  const names = clients.slice(0, NAMED_MAX).map(({ name }) => `“${name}”`);
  const more = clients.length > NAMED_MAX ? ` and ${formatCount(clients.length - NAMED_MAX)} more` : "";
  const all = `${formatQuantity(clients.length, "API client")} (${names.join(", ")}${more})`;
  throw new Refusal("conflict", `This person made ${all}${which}. Say what becomes of them.`, {
    field: "apiClients",
  });
}

/** The unique index decides; this only says so in words. */
export function refuseTakenName(error: unknown, name: string): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
    throw new Refusal("conflict", `An API client named “${name}” already exists in this tenant.`, {
      field: "name",
    });
  }
  throw error;
}
