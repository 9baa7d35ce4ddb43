import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";

export const noSuchMachine = () =>
  new Refusal("not_found", "There is no such machine. It may have been deleted.");

/** The unique index decides; this only says so in words. */
export function refuseTakenName(error: unknown, name: string): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
    throw new Refusal("conflict", `A machine named “${name}” already exists in this tenant.`, {
      field: "name",
    });
  }
  throw error;
}
