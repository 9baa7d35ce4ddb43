import { afterEach, beforeEach, expect, test } from "vitest";
import { verifyChain } from "@/lib/audit/queries/verify-chain";
import { newTenantAdmin, prisma, provisioned, sql, systemCtx, unique } from "@/test/people";
import { connectHost } from "./host";
import { type Installation, startInstallation } from "./installation";

const HOSTS_A_PROCESS = 20;

let installation: Installation;
beforeEach(async () => {
  installation = await startInstallation({ processes: 2 });
});
afterEach(() => installation?.stop());

test("two server processes and a third write one tenant's record at once, both servers seal, one is killed: one chain, nothing lost", async () => {
  const admin = await newTenantAdmin();
  const machine = await provisioned(admin);
  const [other] = installation.others;
  const urls = [installation.latchkey.url, other?.url ?? ""];
  await Promise.all([
    ...urls.map(async (url) => {
      for (let count = 0; count < HOSTS_A_PROCESS; count += 1) {
        await connectHost({ url, ...machine, hostName: unique("HOST") });
      }
    }),
    (async () => {
      for (let count = 0; count < HOSTS_A_PROCESS; count += 1) await provisioned(admin);
    })(),
  ]);
  other?.child.kill("SIGKILL");
  await other?.ended;
  // Nobody seals here: what the killed process left is sealed by the one that lives.
  await expect.poll(() => prisma().auditPending.count(), { interval: 50 }).toBe(0);
  const report = await verifyChain({ ...systemCtx(prisma()), db: sql() }, { chain: admin.tenantId });
  expect(report).toMatchObject({ findingCount: 0, waiting: 0, missingGuards: [] });
  expect(report.chained).toBe(await prisma().auditEvent.count({ where: { tenantId: admin.tenantId } }));
  expect(report.chained).toBeGreaterThanOrEqual(3 * HOSTS_A_PROCESS);
});
