import { describe, expect, test } from "vitest";
import { FAILURE_WINDOW_SECONDS } from "@/lib/identity/failure-buckets";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { deleteMachines } from "@/lib/workflows/delete-machines";
import { disableMachine } from "@/lib/workflows/disable-machines";
import {
  address,
  admin,
  ask,
  garbage,
  machine,
  PER_ADDRESS,
  PER_CLIENT,
  post,
  refused,
  status,
  statuses,
  throttled,
  throttleLines,
  writtenBy,
  wrong,
} from "@/test/failing-clients";
import { basic, type Client, seen } from "@/test/robot";
import { act, logLines, provisioned } from "@/test/world";

describe("failures of one client id from one address", () => {
  test("are answered 429 over the limit, in the shape of RFC 6749 §5.2, with Retry-After (RFC 6585 §4)", async () => {
    expect(await statuses(PER_CLIENT, () => status(wrong(machine)))).toEqual(refused(PER_CLIENT));
    const response = await ask(wrong(machine));
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(response.headers.get("retry-after"))).toBeLessThanOrEqual(FAILURE_WINDOW_SECONDS);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(await response.json()).toEqual({
      error: "slow_down",
      error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/),
    });
  });

  test("never keep the right secret out, there or anywhere", async () => {
    await statuses(PER_ADDRESS + 5, () => status(wrong(machine)));
    expect(await status(wrong(machine))).toBe(429);
    expect(await statuses(20, () => status(machine))).toEqual(Array.from({ length: 20 }, () => 200));
    expect(await status(machine, "203.0.113.200")).toBe(200);
    expect(await status(wrong(machine))).toBe(429);
  });

  test("do not slow the same client id elsewhere, nor another one there", async () => {
    await statuses(PER_CLIENT, () => status(wrong(machine)));
    expect(await status(wrong(machine))).toBe(429);
    expect(await status(wrong(machine), "203.0.113.201")).toBe(401);
    // What is refused over the limit does not count for the address: a fleet with one stale secret does not fill it.
    await statuses(PER_ADDRESS * 2, () => status(wrong(machine)));
    expect(await status(wrong(await provisioned(admin)))).toBe(401);
  });

  test("sent at once are counted before they are answered: no more than the limit are looked at or written", async () => {
    const answers: number[] = [];
    const failures = await writtenBy(async () => {
      answers.push(...(await Promise.all(Array.from({ length: 50 }, () => status(wrong(machine))))));
    });
    expect(answers.filter((answer) => answer === 401)).toHaveLength(PER_CLIENT);
    expect(answers.filter((answer) => answer === 429)).toHaveLength(50 - PER_CLIENT);
    // Each is a row of the client and one of the address.
    expect(failures).toBe(PER_CLIENT * 2);
  });
});

test("an address that tries many client ids is slowed too, but for right secrets", async () => {
  const asking = async () => status({ ...machine, clientId: crypto.randomUUID() });
  expect(await statuses(PER_ADDRESS, asking)).toEqual(refused(PER_ADDRESS));
  expect(await statuses(3, asking)).toEqual(throttled(3));
  expect(await status(wrong(machine))).toBe(429);
  expect(await status(machine)).toBe(200);
});

test("an IPv6 network is one address", async () => {
  const from = (host: number) => `2001:db8:5:5::${host.toString(16)}`;
  let host = 1;
  expect(await statuses(PER_CLIENT, () => status(wrong(machine), from(host++)))).toEqual(refused(PER_CLIENT));
  expect(await status(wrong(machine), from(host))).toBe(429);
  expect(await status(wrong(machine), "2001:db8:5:6::1")).toBe(401);
});

test("why a client is refused cannot be seen from how it is slowed", async () => {
  const disabled = await provisioned(admin);
  await act(admin, disableMachine, disabled);
  const deleted = await provisioned(admin);
  await act(admin, deleteMachines, { machineIds: [deleted.machineId] });
  const stale = await provisioned(admin);
  const { machineId, secretId } = stale;
  await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });
  const clients: Client[] = [
    { ...machine, clientId: crypto.randomUUID() },
    { ...machine, clientSecret: (await provisioned(admin)).clientSecret },
    wrong(machine),
    garbage(machine),
    stale,
    disabled,
    deleted,
  ];
  const courses = new Set<string>();
  for (const [index, client] of clients.entries()) {
    const course: object[] = [];
    for (let time = 0; time < PER_CLIENT + 3; time += 1) {
      const answer = await seen(await ask(client, `203.0.113.${index}`));
      course.push({ ...answer, headers: { ...answer.headers, "retry-after": undefined } });
    }
    courses.add(JSON.stringify(course));
  }
  expect([...courses]).toHaveLength(1);
  expect([...courses].join()).toMatch(/"status":401.*"status":429/);
});

test("a request that is malformed is not a failed authentication", async () => {
  const asking = () => post("grant_type=", basic(machine)).then((response) => response.status);
  expect(await statuses(PER_ADDRESS + 3, asking)).toEqual(Array.from({ length: PER_ADDRESS + 3 }, () => 400));
  expect(await status(wrong(machine))).toBe(401);
});

describe("the log", () => {
  test("says once that a client fails too often, however often it does", async () => {
    await statuses(PER_CLIENT + 30, () => status(wrong(machine)));
    expect(throttleLines()).toMatchObject([{ by: "client", clientId: machine.clientId, address }]);
    expect(logLines.filter((line) => line.includes("token.refused"))).toHaveLength(PER_CLIENT);
  });

  test("does not hold what was sent as a client id and is none, for it may be the secret", async () => {
    const swapped = { clientId: machine.clientSecret, clientSecret: machine.clientId };
    await statuses(PER_CLIENT + 1, () => status(swapped));
    expect(throttleLines()).toMatchObject([{ by: "client" }]);
    expect(logLines.join("")).not.toContain(machine.clientSecret);
  });
});
