import { expect, test } from "vitest";
import { taken } from "@/cli/command";
import { AdminApiAway, AdminProblem, adminClient, SecretsShown } from "@/lib/admin-api/client";
import { deleteMachines } from "@/lib/admin-api/contract/bulk";
import * as machines from "@/lib/admin-api/contract/machines";
import { listPeople } from "@/lib/admin-api/contract/people";
import { whoAmI } from "@/lib/admin-api/contract/self";
import { newApiClient } from "@/test/deeds/api-client-deeds";
import { buyToken } from "@/test/robot";
import { call, newTenantAdmin, ORIGIN, prisma, unique } from "@/test/world";

const owner = await newTenantAdmin();
const pair = await newApiClient(owner, { name: "pipeline", role: "Operator", mayConfirm: true });
const bought = await buyToken(pair);

type Fetch = NonNullable<Parameters<typeof adminClient>[0]["fetch"]>;

const there: Fetch = (address, { headers, method = "GET", body }) =>
  call(method, address.slice(ORIGIN.length), { headers, ...(typeof body === "string" && { body }) });

/** The way to the server on which the first answer is lost, and the server's word for "later" comes once. */
function lossy(): Fetch {
  const failures = [
    async (...asked: Parameters<Fetch>) => {
      await there(...asked);
      throw new TypeError("fetch failed");
    },
    async () => new Response("Bad gateway", { status: 502 }),
  ];
  return (...asked) => (failures.shift() ?? there)(...asked);
}

const token = async () => bought;
const client = adminClient({ origin: ORIGIN, token, fetch: there });
const details = () => ({ name: unique("machine"), kind: "Template" as const });

test("says who asks, with instants as Date, and goes through all pages of a list", async () => {
  expect(await client.ask(whoAmI, {})).toMatchObject({
    name: "pipeline",
    role: "Operator",
    tenant: { id: owner.tenantId },
  });
  for (let count = 0; count < 3; count += 1) await client.ask(machines.provisionMachine, details());
  const rows = await taken(client.rows(machines.listMachines, { limit: 2 }));
  expect(rows.length).toBe(3);
  expect(rows[0]?.createdAt).toBeInstanceOf(Date);
});

test("what was lost on the way is asked again and done once; the secret that was lost with it is said to be", async () => {
  const name = unique("machine");
  const lost = adminClient({ origin: ORIGIN, token, fetch: lossy() }).ask(machines.provisionMachine, {
    name,
    kind: "Template",
  });
  const error = await lost.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SecretsShown);
  expect(error).toMatchObject({ answer: { machineName: name, secretsShown: true } });
  expect(await prisma().machine.count({ where: { name, tenantId: owner.tenantId } })).toBe(1);
});

test("what could be done twice is not asked again", async () => {
  const { machineId } = await client.ask(machines.provisionMachine, details());
  const lost = adminClient({ origin: ORIGIN, token, fetch: lossy() });
  const { name, revision } = await client.ask(machines.getMachine, { machineId });
  const saved = lost.ask(machines.editMachine, { machineId, name }, { ifMatch: revision });
  await expect(saved).rejects.toBeInstanceOf(AdminApiAway);
});

test("a refused token gives way to another; a refusal has its code and the members it is about", async () => {
  const tokens = ["not-ours", bought];
  const other = adminClient({ origin: ORIGIN, token: async () => tokens.shift() ?? "", fetch: there });
  const { machineId } = await other.ask(machines.provisionMachine, details());
  expect(await client.ask(deleteMachines, { machineIds: [machineId] }, { dryRun: true })).toMatchObject({
    machines: 1,
    hosts: { count: 0 },
  });
  const refused = (asked: Promise<unknown>) => asked.catch((thrown: unknown) => thrown);
  expect(await refused(client.ask(listPeople, {}))).toMatchObject({ status: 403, code: "forbidden" });
  const wrong = await refused(client.ask(machines.provisionMachine, { name: "", kind: "Template" }));
  expect(wrong).toBeInstanceOf(AdminProblem);
  expect(wrong).toMatchObject({ errors: [{ field: "name", detail: "Enter a name." }] });
});
