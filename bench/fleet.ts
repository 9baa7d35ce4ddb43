import { randomBytes, randomUUID } from "node:crypto";
import type { IssuedSecret } from "@/lib/credentials/schema";
import type { AdminActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { runStops } from "@/lib/stopping";
import { type Latchkey, startLatchkey } from "@/test/shipped/process";
import { startScratchPostgres } from "@/tools/scratch-postgres";

export type Bench = {
  readonly origin: string;
  readonly latchkey: Latchkey;
  /** What another server process of the same installation must be given. */
  readonly env: Readonly<Record<string, string>>;
  /** Who provisioned the machines. */
  readonly admin: AdminActor;
  readonly machines: readonly (IssuedSecret & { readonly machineId: string })[];
  stop(): Promise<void>;
};

/** Starts a PostgreSQL and the shipped server on it, and provisions machines through our own deed. */
export async function startBench(machineCount: number, port: number): Promise<Bench> {
  const postgres = await startScratchPostgres();
  const origin = `http://localhost:${port}`;
  const env = {
    DATABASE_URL: postgres.url,
    APP_SECRET: randomBytes(32).toString("base64url"),
    ORIGIN: origin,
    LOG_LEVEL: "warn",
    // Refusing garbage is measured, too.
    TOKEN_FAILURES_PER_CLIENT: "0",
    TOKEN_FAILURES_PER_ADDRESS: "0",
  };
  Object.assign(process.env, env);
  const latchkey = await startLatchkey({ port, env });
  await latchkey.ready();
  const { prisma } = database();
  const now = new Date();
  const tenant = await prisma.tenant.create({ data: { slug: "bench", name: "Bench", createdAt: now } });
  const admin = await prisma.admin.create({
    data: { email: "bench@example.com", emailKey: "bench@example.com", createdAt: now },
  });
  const actor: AdminActor = {
    kind: "admin",
    id: admin.id,
    name: admin.email,
    address: null,
    tenantId: tenant.id,
    role: "Administrator",
    managesInstallation: false,
  };
  const machines: Bench["machines"][number][] = [];
  for (let count = 0; count < machineCount; count += 1) {
    const input = provisionMachineSchema.parse({ name: randomUUID(), kind: "Template" });
    machines.push(await prisma.$transaction((db) => provisionMachine({ db, actor, now }, input)));
  }
  return {
    origin,
    latchkey,
    env,
    admin: actor,
    machines,
    async stop() {
      await runStops();
      await latchkey.remove();
      await postgres.stop();
    },
  };
}
