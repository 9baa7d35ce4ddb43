import { Refusal } from "@/lib/errors";
import { formatCount, formatQuantity } from "@/lib/format";
import { Prisma } from "@/lib/generated/prisma/client";
import type { MachineLine } from "./schema";

export const noSuchMachine = () =>
  new Refusal("not_found", "There is no such machine. It may have been deleted.");

export const takenName = (name: string) =>
  new Refusal("conflict", `A machine named “${name}” already exists in this tenant.`, { field: "name" });

export const namedTwice = (name: string) =>
  new Refusal("conflict", `Another machine of this request is named “${name}” as well.`, { field: "name" });

/** The unique index decides; this only says so in words. */
export function refuseTakenName(error: unknown, name: string): never {
  const isTaken = error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";
  throw isTaken ? takenName(name) : error;
}

export const tooManyMachines = (there: number, machinesMax: number) =>
  new Refusal(
    "limit_reached",
    `This tenant has ${formatQuantity(there, "machine")} and allows itself ${formatCount(machinesMax)}. Delete one that is no longer used, or have an administrator raise the limit on Settings.`,
  );

/** Says of each machine by itself why it was not provisioned. @throws Refusal `invalid` with every wrong row at its field */
export function refuseAll(lines: readonly MachineLine[]): never {
  const errors = lines.flatMap(({ index, problem }) =>
    problem
      ? [
          {
            field: ["machines", index, problem.field].filter((part) => part !== null).join("."),
            detail: problem.detail,
          },
        ]
      : [],
  );
  const wrong = lines.find(({ problem }) => problem !== null);
  throw new Refusal(
    "invalid",
    `Nothing was provisioned: ${formatCount(errors.length)} of ${formatQuantity(lines.length, "machine")} cannot be. Number ${(wrong?.index ?? 0) + 1}: ${wrong?.problem?.detail}`,
    { errors },
  );
}
