import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";

export const noSuchApiClient = () =>
  new Refusal("not_found", "There is no such API client. It may have been deleted.");

export const mayDoMore = () =>
  new Refusal(
    "forbidden",
    "This API client may do more than you may. Ask somebody who may do as much to change it.",
  );

/** The unique index decides; this only says so in words. */
export function refuseTakenName(error: unknown, name: string): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
    throw new Refusal("conflict", `An API client named “${name}” already exists in this tenant.`, {
      field: "name",
    });
  }
  throw error;
}
