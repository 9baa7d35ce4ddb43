import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenantAdmin, prisma, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";

let installation: Installation;

beforeAll(async () => {
  installation = await startInstallation();
});
afterAll(() => installation.stop());

test("what was asked in the last moment before a clean stop is recorded, from whichever address it came", async () => {
  const machine = await provisioned(await newTenantAdmin());
  const ask = (clientSecret: string) =>
    fetch(`${installation.address}/api/identity/connect/token`, {
      method: "POST",
      headers: { "user-agent": "robot/1.0", "x-forwarded-for": "203.0.113.9" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: machine.clientId,
        client_secret: clientSecret,
      }),
    });
  const answers = await Promise.all([ask(machine.clientSecret), ask(machine.clientSecret), ask("guess")]);
  installation.latchkey.child.kill("SIGTERM");
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 401]);
  expect(await installation.latchkey.ended).toBe(0);
  const rows = await prisma().tokenRequest.findMany({
    where: { machineId: machine.machineId },
    select: { outcome: true, address: true, userAgent: true },
    orderBy: { outcome: "asc" },
  });
  // No proxy is trusted here, so what the client says of its address is its own word.
  const sent = { address: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/), userAgent: "robot/1.0" };
  expect(rows).toEqual(["Granted", "Granted", "Refused"].map((outcome) => ({ outcome, ...sent })));
});
