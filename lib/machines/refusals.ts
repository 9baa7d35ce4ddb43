import { Refusal } from "@/lib/errors";
import { formatCount, formatQuantity } from "@/lib/format";
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

/** @throws Refusal `limit_reached` */
export function refuseTooManyMachines(there: number, machinesMax: number): void {
  if (there < machinesMax) return;
  throw new Refusal(
    "limit_reached",
    `This tenant has ${formatQuantity(there, "machine")} and allows itself ${formatCount(machinesMax)}. Delete one that is no longer used, or have an administrator raise the limit on Settings.`,
  );
}
