import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startShippedServer } from "@/e2e/shipped-server";
import type { Ctx } from "@/lib/ctx";
import { database } from "@/lib/db";
import { provisionMachine } from "@/lib/machines/commands";
import { provisionMachineSchema } from "@/lib/machines/schema";
import type { IssuedSecret } from "@/lib/secrets/schema";
import { runStops } from "@/lib/stopping";
import { startScratchPostgres } from "@/tools/scratch-postgres";

export type Bench = {
  readonly origin: string;
  readonly machines: readonly (IssuedSecret & { readonly machineId: string })[];
  stop(): Promise<void>;
};

/** Starts a PostgreSQL and the shipped server on it, and provisions machines through our own deed. */
export async function startBench(machineCount: number, port: number): Promise<Bench> {
  const results = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const postgres = await startScratchPostgres();
  const origin = `http://localhost:${port}`;
  Object.assign(process.env, {
    DATABASE_URL: postgres.url,
    APP_SECRET: randomBytes(32).toString("base64url"),
    ORIGIN: origin,
    LOG_LEVEL: "warn",
  });
  const server = await startShippedServer({ PORT: String(port) }, join(results, "server.log"));
  const { prisma } = database();
  const now = new Date();
  const tenant = await prisma.tenant.create({ data: { slug: "bench", name: "Bench", createdAt: now } });
  const admin = await prisma.admin.create({
    data: { email: "bench@example.com", emailKey: "bench@example.com", createdAt: now },
  });
  const actor: Ctx["actor"] = {
    kind: "admin",
    id: admin.id,
    name: admin.email,
    address: null,
    tenantId: tenant.id,
    role: "Administrator",
  };
  const machines: Bench["machines"][number][] = [];
  for (let count = 0; count < machineCount; count += 1) {
    const input = provisionMachineSchema.parse({ name: randomUUID(), kind: "Template" });
    machines.push(await prisma.$transaction((db) => provisionMachine({ db, actor, now }, input)));
  }
  return {
    origin,
    machines,
    async stop() {
      await runStops();
      await server.stop();
      await postgres.stop();
      rmSync(results, { recursive: true, force: true });
    },
  };
}
