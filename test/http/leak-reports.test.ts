import { readFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { flushTokenRequests } from "@/lib/activity/token-requests";
import { flushUses } from "@/lib/credentials/last-use";
import { makeSecret } from "@/lib/credentials/material";
import { LEAK_REPORTS_MAX } from "@/lib/credentials/schema";
import type { UserActor } from "@/lib/ctx";
import { leakReportsDone, REPORTS_A_MINUTE } from "@/lib/http/oauth/leak-reports";
import { flushIssues } from "@/lib/identity/token-issues";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { chooseLeakResponse } from "@/lib/tenants/commands";
import type { LeakResponse } from "@/lib/tenants/schema";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableCredential, enableCredential } from "@/lib/workflows/disable-credential";
import { times } from "@/test/drill";
import { dumpDatabase } from "@/test/dump";
import { askToken, buyToken, connect, forged } from "@/test/robot";
import { act, call, logLines, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
beforeEach(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

let networks = 0;
/** A network that has reported nothing yet. */
const newAddress = () => {
  networks += 1;
  return `203.0.${networks >> 8}.${networks & 255}`;
};

type Sent = { body: string; address?: string; headers?: Record<string, string> };
const send = ({ body, address = newAddress(), headers = { "content-type": "application/json" } }: Sent) =>
  call("POST", "/api/identity/leaks", { body, address, headers });

/** Reports, and waits until it is dealt with. @returns what was answered before that */
async function report(body: unknown, address?: string) {
  const response = await send({ body: JSON.stringify(body), ...(address && { address }) });
  const { status, headers } = response;
  const answer = { status, text: await response.text(), headers: Object.fromEntries(headers) };
  await leakReportsDone();
  return answer;
}

const choose = (leakResponse: LeakResponse) =>
  act(admin, chooseLeakResponse, { leakResponse, seen: "Disable" });
const eventsOf = async ({ secretId }: Pick<Provisioned, "secretId">) => {
  const where = { tenantId: admin.tenantId, credentialId: secretId, type: "credential.reported_leaked" };
  return prisma().auditEvent.findMany({ where });
};
const noticesOf = ({ secretId }: Pick<Provisioned, "secretId">) =>
  prisma().notification.findMany({ where: { kind: "leak.reported", credentialId: secretId } });
const canBuy = async () => (await askToken(machine)).status === 200;

describe("a right value does what its tenant chose, and people are told", () => {
  test("it is disabled unless the tenant says otherwise, and what hangs on it is cut", async () => {
    await connect(await buyToken(machine), "HOST-1");
    const url = `https://user:x@github.example/acme/repo/blob/deploy.env?token=${machine.clientSecret}#L3`;
    const entry = { token: machine.clientSecret, type: "latchkey", url, source: "commit\n" };
    const address = newAddress();
    expect((await report([entry], address)).status).toBe(202);
    expect(await canBuy()).toBe(false);
    expect(await prisma().session.count({ where: { credentialId: machine.secretId, endedAt: null } })).toBe(
      0,
    );
    const found = { done: "disabled", foundAt: "github.example/acme/repo/blob/deploy.env" };
    expect(await eventsOf(machine)).toEqual([
      expect.objectContaining({
        actorKind: "anonymous",
        address,
        details: expect.objectContaining({ ...found, source: "commit" }),
      }),
    ]);
    expect(await noticesOf(machine)).toEqual([
      expect.objectContaining({
        details: expect.objectContaining({ ...found, address, count: 1, hostNames: ["HOST-1"] }),
      }),
    ]);
  });

  test("it is rehearsed, or nothing happens to it, where the tenant says so", async () => {
    await choose("Rehearse");
    await report({ token: machine.clientSecret });
    await report({ token: machine.clientSecret });
    expect(await prisma().rehearsal.count({ where: { credentialId: machine.secretId, endedAt: null } })).toBe(
      1,
    );
    expect((await eventsOf(machine)).map(({ details }) => details)).toMatchObject([{ done: "rehearsed" }]);
    const other = await act(admin, addSecret, machine);
    await act(admin, chooseLeakResponse, { leakResponse: "Tell", seen: "Rehearse" });
    await report({ token: ` ${other.clientSecret}\n` });
    expect((await noticesOf(other)).map(({ details }) => details)).toMatchObject([{ done: "nothing" }]);
    expect(await canBuy()).toBe(true);
  });

  test("however often, and at once, it is done once and said once a day", async () => {
    const both = { token: machine.clientSecret };
    await Promise.all([report(both), report([both, both]), report(both)]);
    expect([await eventsOf(machine), await noticesOf(machine)].map(({ length }) => length)).toEqual([1, 1]);
    const of = {
      tenantId: admin.tenantId,
      machineId: machine.machineId,
      credentialId: machine.secretId,
    };
    // Somebody who enables it has not made it unknown again.
    await act(admin, enableCredential, of);
    await report(both);
    expect(await canBuy()).toBe(false);
    expect(await eventsOf(machine)).toHaveLength(1);
  });

  test("of a disabled one people are told too; of a deleted one nothing is done", async () => {
    await choose("Tell");
    const { tenantId } = admin;
    const { machineId, secretId } = machine;
    await act(admin, disableCredential, {
      tenantId,
      machineId,
      credentialId: secretId,
      reason: "",
      confirmedLast: true,
    });
    await report({ token: machine.clientSecret });
    expect((await eventsOf(machine)).map(({ details }) => details)).toMatchObject([{ done: "disabled" }]);
    const other = await act(admin, addSecret, machine);
    await act(admin, deleteCredential, {
      machineId,
      credentialId: other.secretId,
      confirmedLast: true,
    });
    await report({ token: other.clientSecret });
    expect([...(await eventsOf(other)), ...(await noticesOf(other))]).toEqual([]);
  });

  test("what a stranger writes beside it is cut, and holds no part of the secret", async () => {
    await choose("Tell");
    const random = machine.clientSecret.slice(21, 64);
    const encoded = [...random].map((one) => `%${one.charCodeAt(0).toString(16)}`).join("");
    await report({
      token: machine.clientSecret,
      url: `https://paste.example/${encoded}`,
      source: `x${random}`,
    });
    const [event] = await eventsOf(machine);
    expect(event?.details).toMatchObject({ source: null, foundAt: null });
    const everything = JSON.stringify(await dumpDatabase()) + logLines.join("");
    expect(everything).not.toContain(random.slice(0, 12));
    expect(everything).toContain("leak.reported");
  });
});

describe("nobody learns by the answer what is known here", () => {
  test("it is the same for right, wrong, unknown and malformed values, and for what is no report", async () => {
    const { clientSecret } = machine;
    const values = [
      clientSecret,
      forged(machine),
      makeSecret().value,
      `${clientSecret}x`,
      "",
      "x".repeat(2_000),
    ];
    const bodies: unknown[] = [
      ...values.map((token) => ({ token })),
      values.map((token) => ({ token, source: 7, url: {} })),
      { token: null },
      {},
      [],
      [[{ token: clientSecret }]],
      null,
      7,
      "text",
    ];
    const answers = await Promise.all(bodies.map((body) => report(body)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 202, text: "{}", headers: { "cache-control": "no-store" } });
  });

  test("it is sent before anything is done", async () => {
    let response: Response | undefined;
    await prisma().$transaction(async (db) => {
      await db.$executeRaw`SELECT FROM machines WHERE id = ${machine.machineId}::uuid FOR UPDATE`;
      response = await send({ body: JSON.stringify({ token: machine.clientSecret }) });
    });
    expect(response?.status).toBe(202);
    await leakReportsDone();
    expect(await eventsOf(machine)).toHaveLength(1);
  });

  test("what cannot be read is said, and nothing of what it says", async () => {
    const refused = async (sent: Partial<Sent>) => {
      const response = await send({ body: "{}", ...sent });
      return [response.status, await response.json()];
    };
    const says = (description: string) => [400, { error: "invalid_request", error_description: description }];
    expect(await refused({ body: `{"token":"${machine.clientSecret}"` })).toEqual(
      says("The body is not JSON."),
    );
    expect(await refused({ body: "" })).toEqual(says("The body is not JSON."));
    expect(await refused({ body: `"${"x".repeat(64 * 1024)}"` })).toEqual(says("The body is too large."));
    expect(await refused({ headers: { "content-type": "text/plain" } })).toEqual(
      says("Send Content-Type: application/json."),
    );
    const many = JSON.stringify(Array.from({ length: LEAK_REPORTS_MAX + 1 }, () => ({})));
    expect(await refused({ body: many })).toEqual(says("Send at most 100 entries."));
    const get = await call("GET", "/api/identity/leaks");
    expect([get.status, get.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });
});

const FORGED = times("LEAKS", 6_000);
const FULL = LEAK_REPORTS_MAX * REPORTS_A_MINUTE.network;

test("thousands of forged ones write nothing and get one answer, and who reports too much is turned away", async () => {
  // What the robots of the tests before have left is not of these reports.
  for (const flush of [flushUses, flushTokenRequests, flushIssues]) await flush();
  const before = await dumpDatabase();
  const forgedOnes = () =>
    Array.from({ length: LEAK_REPORTS_MAX }, (_, index) => ({
      token: index % 2 === 0 ? makeSecret().value : forged(machine),
    }));
  const answers = new Set<string>();
  let address = "";
  for (let network = 0; network < FORGED / FULL; network += 1) {
    address = `${10 + network}.0.0.1`;
    for (let sent = 0; sent < REPORTS_A_MINUTE.network; sent += 1)
      answers.add(JSON.stringify(await report(forgedOnes(), address)));
  }
  expect([...answers]).toMatchObject([expect.stringContaining('"status":202')]);
  const turnedAway = await report({ token: machine.clientSecret }, address);
  expect(turnedAway).toMatchObject({
    status: 429,
    headers: { "retry-after": expect.stringMatching(/^[1-9]\d?$/) },
  });
  expect(await dumpDatabase()).toEqual(before);
  expect((await report({ token: "x" }, newAddress())).status).toBe(202);
});

test("README's regular expression finds every secret where it stands", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const [pattern = ""] = /\\blks_.+\\b/.exec(readme) ?? [];
  const scanner = new RegExp(pattern, "g");
  for (let made = 0; made < 200; made += 1) {
    const { value } = makeSecret();
    expect(`SECRET="${value}"; x=${value}\n`.match(scanner)).toEqual([value, value]);
    expect(`${value}0 x${value} ${value.slice(0, -1)}`.match(scanner)).toBeNull();
  }
});
