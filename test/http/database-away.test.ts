import { Client } from "pg";
import { beforeAll, describe, expect, test } from "vitest";
import { isDatabaseAway } from "@/lib/db";
import { publicKeySet } from "@/lib/identity/signing-keys";
import { addSeconds } from "@/lib/time";
import { checkPassword } from "@/lib/users/commands/sign-in";
import { askToken, buyToken, connect, send } from "@/test/robot";
import {
  anonymousCtx,
  call,
  databaseUrl,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  sql,
  way,
} from "@/test/world";

let machine: Provisioned;
let token: string;
let sessionId: string;

beforeAll(async () => {
  machine = await provisioned(await newTenantAdmin());
  token = await buyToken(machine);
  sessionId = (await connect(token, "host")).id;
});

const REQUESTS: readonly (readonly [string, number, () => Promise<Response>])[] = [
  ["a token", 200, () => askToken(machine)],
  ["who am I", 200, () => send("GET", "me", token)],
  ["connecting", 201, () => send("POST", "sessions", token, { hostName: "host" })],
  ["a heartbeat", 200, () => send("POST", `sessions/${sessionId}/heartbeat`, token, {})],
  ["disconnecting", 204, () => send("DELETE", `sessions/${sessionId}`, token)],
];

async function expectAway(asking: Promise<Response>) {
  const response = await asking;
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("2");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.text()).toContain("cannot reach its database");
}

describe("while the database cannot be reached, robots are asked to come again, and then served", () => {
  test("when connections are cut and refused", async () => {
    await way.close();
    try {
      for (const [, , ask] of REQUESTS) await expectAway(ask());
    } finally {
      await way.open();
    }
    for (const [name, status, ask] of REQUESTS) expect([name, (await ask()).status]).toEqual([name, status]);
  });

  test("documents that do not need it are served all the same", async () => {
    await way.close();
    try {
      for (const address of [
        "/api/identity/.well-known/openid-configuration",
        "/api/identity/jwks",
        "/api/orchestrator/authentication",
      ]) {
        expect([address, (await call("GET", address)).status]).toEqual([address, 200]);
      }
      // Keys older than a minute are read again, which must say that it cannot rather than serve what may be revoked.
      const later = addSeconds(new Date(), 61);
      const asking = publicKeySet(sql(), later).catch(isDatabaseAway);
      expect(await asking).toBe(true);
    } finally {
      await way.open();
    }
  });
});

test("connections that the server ended (a restart, an operator) cost at most one answer of 503", async () => {
  const operator = new Client({ connectionString: databaseUrl });
  await operator.connect();
  for (const [name, , ask] of REQUESTS) {
    // Each has ended when this returns; other files' tests have databases of their own on the same server.
    await operator.query(
      `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
        WHERE application_name = 'latchkey' AND datname = current_database()`,
    );
    const { status } = await ask();
    if (status !== 503) expect([name, status]).not.toEqual([name, 500]);
    expect([name, (await ask()).status]).not.toEqual([name, 503]);
  }
  await operator.end();
});

test("a statement under way when its connection is ended is known as the database being away", async () => {
  const operator = new Client({ connectionString: databaseUrl });
  await operator.connect();
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()
                  AND datname = current_database() AND query LIKE '%pg_sleep(20)%'`;
  const waits = [
    sql().query({ name: "wait", text: "SELECT pg_sleep(20)" }, []),
    prisma().$queryRaw`SELECT pg_sleep(20)::text`,
    prisma().$transaction((db) => db.$queryRaw`SELECT pg_sleep(20)::text`),
  ].map((waiting) => waiting.then(() => "waited", isDatabaseAway));
  const running = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%'
                      AND pid <> pg_backend_pid() AND datname = current_database()`;
  await expect.poll(async () => (await operator.query(running)).rows[0].n).toBe(3);
  await operator.query(end);
  expect(await Promise.all(waits)).toEqual([true, true, true]);
  await operator.end();
});

test("an admin's sign-in says that the database is away instead of that the password is wrong", async () => {
  await way.close();
  const asking = checkPassword(anonymousCtx(prisma()), {
    email: "a@latchkey.test",
    password: "long enough 12",
  });
  const outcome = await asking.catch(isDatabaseAway);
  await way.open();
  expect(outcome).toBe(true);
});

test("an ordinary mistake is not mistaken for the database being away", async () => {
  const mistakes = [
    sql().query({ name: "mistake", text: "SELECT 1/0" }, []),
    prisma().$queryRaw`SELECT * FROM nowhere`,
    prisma().machine.findFirstOrThrow({ where: { name: "nothing" } }),
  ];
  for (const mistake of mistakes) expect(await mistake.catch(isDatabaseAway)).toBe(false);
  expect(isDatabaseAway("ECONNREFUSED")).toBe(false);
});
