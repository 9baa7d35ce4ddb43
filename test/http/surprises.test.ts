import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { isWriteConflict } from "@/lib/db";
import { askToken, buyToken, send } from "@/test/robot";
import { inTransaction, logLines, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let token: string;
beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  token = await buyToken(machine);
});

/** Something nobody foresaw: a table that is not there. */
async function without(table: "sessions" | "credentials", doing: () => Promise<void>) {
  const rename = (from: string, to: string) =>
    prisma().$executeRawUnsafe(`ALTER TABLE ${from} RENAME TO ${to}`);
  await rename(table, `${table}_away`);
  try {
    await doing();
  } finally {
    await rename(`${table}_away`, table);
  }
}

describe("what nobody foresaw is a 500 that says nothing about the inside, and a line in the log that does", () => {
  test("at the orchestrator, joined by the trace id", async () => {
    await without("sessions", async () => {
      const response = await send("POST", "sessions", token, { hostName: "HOST" });
      const body = await response.text();
      expect(response.status).toBe(500);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(body).not.toMatch(/sessions_|relation|prisma|42P01| at /i);
      const { traceId } = JSON.parse(body) as { traceId: string };
      const line = logLines.find((one) => one.includes(traceId));
      expect(line).toMatch(/42P01|does not exist/);
    });
    expect((await send("POST", "sessions", token, { hostName: "HOST" })).status).toBe(201);
  });

  test("at the token endpoint, without the secret that was being looked at", async () => {
    logLines.length = 0;
    await without("credentials", async () => {
      const response = await askToken(machine);
      expect(response.status).toBe(500);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await response.json()).toEqual({ error: "server_error", error_description: expect.any(String) });
    });
    expect(logLines.join("")).toMatch(/42P01|does not exist/);
    expect(logLines.join("")).not.toContain(machine.clientSecret);
    expect((await askToken(machine)).status).toBe(200);
  });
});

describe("two deeds that wait for each other are known as a conflict to try again", () => {
  test.each(["a raw statement", "a Prisma query"])("in %s", async (kind) => {
    const ids = [(await provisioned(admin)).machineId, (await provisioned(admin)).machineId];
    const holding: (() => void)[] = [];
    const bothHold = new Promise<void>((resolve) => holding.push(resolve));
    let held = 0;
    const takeBoth = ([first, second]: readonly (string | undefined)[]) =>
      inTransaction(async (db) => {
        await db.$queryRaw`SELECT 1 FROM machines WHERE id = ${first}::uuid FOR UPDATE`;
        held += 1;
        if (held === 2) for (const release of holding) release();
        await bothHold;
        if (kind === "a raw statement")
          await db.$queryRaw`SELECT 1 FROM machines WHERE id = ${second}::uuid FOR UPDATE`;
        else await db.machine.updateMany({ where: { id: second ?? "" }, data: { description: "mine" } });
      });
    const outcomes = await Promise.allSettled([takeBoth(ids), takeBoth([...ids].reverse())]);
    const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(failures.map(isWriteConflict)).toEqual([true]);
  });
});
