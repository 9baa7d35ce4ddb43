import { Refusal } from "@/lib/errors";
import { Prisma } from "@/lib/generated/prisma/client";

export const noSuchTenant = () => new Refusal("not_found", "There is no such tenant.");

/** The unique index decides; this only says so in words. */
export function refuseTakenSlug(error: unknown, slug: string): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002") {
    throw new Refusal("conflict", `Another tenant has the address “${slug}” already. Choose another.`, {
      field: "slug",
    });
  }
  throw error;
}
