import { addAsset } from "@/lib/assets/commands";
import { addAssetSchema } from "@/lib/assets/schema";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { Ctx, UserActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { addProcessSchema } from "@/lib/jobs/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { MAIL_CHOICES } from "@/lib/notifications/schema";
import { createTenant } from "@/lib/tenants/commands";
import { DEFAULT_TENANT } from "@/lib/tenants/schema";
import { hashPassword } from "@/lib/users/passwords";
import { emailKey } from "@/lib/users/rules";

/** The processes of the demo: how long each takes, in seconds, and what it counts. */
export const PROCESSES = {
  "Pay invoices": { seconds: 25, counts: "paid" },
  "Sort claims": { seconds: 15, counts: "sorted" },
  "Close the ledger": { seconds: 40, counts: "posted" },
} as const;

/** A host that a robot of the demo plays. */
export type Host = { readonly name: string; readonly credentials: IssuedSecret };

export type Cast = {
  readonly admin: UserActor;
  readonly hosts: readonly Host[];
  readonly processIds: readonly string[];
};

/** Does a deed of the demo's administrator as the admin door does. */
export const act = <I, T>(actor: UserActor, deed: (ctx: Ctx, input: I) => Promise<T>, input: I): Promise<T> =>
  database().prisma.$transaction((db) => deed({ db, actor, now: new Date() }, input));

/** The demo's administrator, in a tenant of its own, who gets everything by mail. */
export async function makeAdmin(email: string, password: string): Promise<UserActor> {
  const { prisma } = database();
  const now = new Date();
  const tenant = await prisma.$transaction((db) =>
    createTenant({ db, actor: { kind: "system" }, now }, DEFAULT_TENANT),
  );
  const { id } = await prisma.admin.create({
    data: {
      email,
      emailKey: emailKey(email),
      createdAt: now,
      managesInstallation: true,
      password: { create: { hash: await hashPassword(password), changedAt: now } },
      memberships: {
        create: {
          tenantId: tenant.id,
          role: "Administrator",
          createdAt: now,
          mailChoice: { create: { kinds: [...MAIL_CHOICES] } },
        },
      },
    },
    select: { id: true },
  });
  return {
    kind: "admin",
    id,
    name: email,
    address: null,
    tenantId: tenant.id,
    role: "Administrator",
    managesInstallation: true,
  };
}

/** Machines, secrets, processes and an asset, made by the product's own deeds. */
export async function makeCast(admin: UserActor): Promise<Cast> {
  const provision = (name: string, kind: "Template" | "Standard", description: string) =>
    act(
      admin,
      provisionMachine,
      provisionMachineSchema.parse({ name, kind, description, unattendedRuntimes: 2, tags: ["demo"] }),
    );
  const pool = await provision("Invoices pool", "Template", "Two hosts, each with a secret of its own");
  const second = await act(admin, addSecret, { machineId: pool.machineId });
  const standard = await provision("build-07", "Standard", "Serves the one host of that name");
  await provision("Spare", "Template", "Nothing connects as this one yet");
  const processIds = [];
  for (const name of Object.keys(PROCESSES)) {
    const input = addProcessSchema.parse({ name, defaultInput: '{"batch": "demo"}' });
    processIds.push((await act(admin, addProcess, input)).processId);
  }
  const asset = { name: "Mail server", type: "Text", value: "smtp.example.com" };
  await act(admin, addAsset, addAssetSchema.parse(asset));
  return {
    admin,
    hosts: [
      { name: "RPA-01", credentials: pool },
      { name: "RPA-02", credentials: second },
      { name: "build-07", credentials: standard },
    ],
    processIds,
  };
}
