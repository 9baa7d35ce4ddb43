import type { UserActor } from "@/lib/ctx";
import { database } from "@/lib/db";
import { provisionMachine } from "@/lib/machines/commands/provision-machine";
import { provisionMachineSchema } from "@/lib/machines/schema";
import { runStops } from "@/lib/stopping";
import type { Provisioned } from "./installation";

/**
 * Makes a tenant, its administrator and machines through our own deeds, and says what they are. It runs in a process of its own, made of the
 * same checkout as the server, which may be another than the bench's.
 */
const AT_ONCE = 50;
const machineCount = Number(process.argv[2]);
const { prisma } = database();
const now = new Date();
const tenant = await prisma.tenant.create({ data: { slug: "bench", name: "Bench", createdAt: now } });
const { id, email } = await prisma.admin.create({
  data: { email: "bench@example.com", emailKey: "bench@example.com", createdAt: now },
});
const admin: UserActor = {
  kind: "admin",
  id,
  name: email,
  address: null,
  tenantId: tenant.id,
  role: "Administrator",
  managesInstallation: false,
};
const machines: Provisioned["machines"][number][] = [];
while (machines.length < machineCount) {
  await prisma.$transaction(async (db) => {
    const until = Math.min(machineCount, machines.length + AT_ONCE);
    while (machines.length < until) {
      const input = provisionMachineSchema.parse({ name: `machine ${machines.length}`, kind: "Template" });
      machines.push(await provisionMachine({ db, actor: admin, now }, input));
    }
  });
}
const provisioned: Provisioned = { admin, machines };
await new Promise((sent) => process.send?.(provisioned, sent));
await runStops();
process.disconnect?.();
