import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import type { RobotActor, UserActor } from "@/lib/ctx";
import { listConnectedHosts } from "@/lib/fleet/queries/connected-hosts";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { recordHeartbeat } from "@/lib/sessions/commands/record-heartbeat";
import { addSeconds } from "@/lib/time";
import { buyToken, connect, type Session, send } from "@/test/robot";
import {
  act,
  ask,
  CALLER_ADDRESS,
  heardUntil,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  robotOf,
  sql,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let robot: RobotActor;
let token: string;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  robot = robotOf(admin, machine);
  token = await buyToken(machine);
});

const hostsAt = (now: Date) => ask(admin, listConnectedHosts, { machineIds: [machine.machineId] }, now);
const problem = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as { type: string; detail: string }),
});

describe("a host connects", () => {
  test("and gets its session with the interval of its heartbeat", async () => {
    const details = { hostName: " HOST-1 ", robotVersion: "24.10.1", platform: "Windows Server 2022" };
    const response = await send("POST", "sessions", token, details);
    expect(response.status).toBe(201);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      machineId: machine.machineId,
      credentialId: machine.secretId,
      hostName: "HOST-1",
      state: "Available",
      robotVersion: "24.10.1",
      platform: "Windows Server 2022",
      startedAt: expect.stringMatching(/Z$/),
      heartbeatAt: expect.stringMatching(/Z$/),
      endedAt: null,
      endReason: null,
      heartbeatIntervalSeconds: 30,
    });
    const { address } = await prisma().session.findFirstOrThrow({ where: { hostName: "HOST-1" } });
    expect(address).toBe(CALLER_ADDRESS);
  });

  test("again, in any case, and takes its session over instead of standing there twice", async () => {
    const first = await connect(token, "host-again");
    const second = await connect(token, "HOST-AGAIN");
    expect(second).toMatchObject({ id: first.id, hostName: "HOST-AGAIN", state: "Available" });
    expect((await hostsAt(new Date())).filter(({ hostName }) => hostName === "HOST-AGAIN")).toHaveLength(1);
  });

  test("with another secret, and its session hangs on that one from then on", async () => {
    const other = await act(admin, addSecret, { machineId: machine.machineId });
    const first = await connect(token, "host-moves");
    const moved = await connect(await buyToken(other), "host-moves");
    expect(moved).toMatchObject({ id: first.id, credentialId: other.secretId });
    const late = await send("POST", `sessions/${first.id}/heartbeat`, token, {});
    expect(await problem(late)).toMatchObject({ status: 409, type: "urn:latchkey:problem:conflict" });
  });

  test("ten times at once, and stands there once", async () => {
    const sessions = await Promise.all(Array.from({ length: 10 }, () => connect(token, "host-at-once")));
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(1);
  });
});

describe("a standard machine", () => {
  test("accepts its own host whatever the case", async () => {
    const standard = await provisioned(admin, { name: "Finance-PC-7", kind: "Standard" });
    expect(await connect(await buyToken(standard), "FINANCE-pc-7")).toMatchObject({ state: "Available" });
  });

  test("refuses another host and names both", async () => {
    const standard = await provisioned(admin, { name: "Finance-PC-8", kind: "Standard" });
    const bought = await buyToken(standard);
    const refused = await problem(await send("POST", "sessions", bought, { hostName: "Sales-PC-1" }));
    expect(refused).toMatchObject({
      status: 409,
      errors: [{ field: "hostName", detail: expect.any(String) }],
    });
    expect(refused.detail).toContain("Finance-PC-8");
    expect(refused.detail).toContain("Sales-PC-1");
  });
});

describe("a heartbeat", () => {
  let session: Session;
  const beat = async (body: object) =>
    (await (await send("POST", `sessions/${session.id}/heartbeat`, token, body)).json()) as Session;
  beforeAll(async () => {
    session = await connect(token, "host-beating");
  });

  test("says what the robot does, and keeps it when it says nothing", async () => {
    expect(await beat({ state: "Busy" })).toMatchObject({ id: session.id, state: "Busy" });
    expect(await beat({})).toMatchObject({ state: "Busy" });
    expect(await beat({ state: "Available" })).toMatchObject({ state: "Available" });
  });

  test("may come without a body", async () => {
    expect((await send("POST", `sessions/${session.id}/heartbeat`, token)).status).toBe(200);
  });

  test("that is missing for 120 seconds makes the host Unresponsive; the next one brings it back", async () => {
    const { heartbeatAt } = await prisma().session.findUniqueOrThrow({ where: { id: session.id } });
    const stateAfter = async (seconds: number) => {
      const now = addSeconds(heartbeatAt, seconds);
      await heardUntil(now);
      return (await hostsAt(now)).find(({ sessionId }) => sessionId === session.id)?.state;
    };
    expect(await stateAfter(119)).toBe("Available");
    expect(await stateAfter(120)).toBe("Unresponsive");
    const now = addSeconds(heartbeatAt, 500);
    const back = await recordHeartbeat({ db: sql(), actor: robot, now }, { sessionId: session.id });
    expect(back.state).toBe("Available");
  });

  test("never turns back the time of the last one", async () => {
    const late = addSeconds(new Date(), 3600);
    const ctx = { db: sql(), actor: robot };
    await recordHeartbeat({ ...ctx, now: late }, { sessionId: session.id });
    const { heartbeatAt } = await recordHeartbeat({ ...ctx, now: new Date() }, { sessionId: session.id });
    expect(heartbeatAt).toEqual(late);
  });
});

describe("a session ends", () => {
  test("when the robot closes it; a heartbeat is then told so, and closing twice does no harm", async () => {
    const { id } = await connect(token, "host-leaving");
    for (let time = 0; time < 2; time += 1) {
      const closed = await send("DELETE", `sessions/${id}`, token);
      expect([closed.status, await closed.text()]).toEqual([204, ""]);
    }
    const late = await problem(await send("POST", `sessions/${id}/heartbeat`, token, {}));
    expect(late).toMatchObject({ status: 410, type: "urn:latchkey:problem:gone" });
    expect(late.detail).toContain("closed by the robot");
    expect((await hostsAt(new Date())).map(({ sessionId }) => sessionId)).not.toContain(id);
  });

  test("and the host may connect again, with a session of its own", async () => {
    const { id } = await connect(token, "host-returning");
    await send("DELETE", `sessions/${id}`, token);
    expect((await connect(token, "host-returning")).id).not.toBe(id);
  });
});

describe("a session that is not this machine's is not found", () => {
  test.each([
    ["another machine of the tenant", async () => provisioned(admin)],
    ["a machine of another tenant", async () => provisioned(await newTenantAdmin())],
  ])("%s", async (_, makeStranger) => {
    const { id } = await connect(token, "host-wanted");
    const stranger = await buyToken(await makeStranger());
    for (const response of [
      await send("POST", `sessions/${id}/heartbeat`, stranger, { state: "Busy" }),
      await send("DELETE", `sessions/${id}`, stranger),
    ]) {
      expect(await problem(response)).toMatchObject({ status: 404 });
    }
    expect(await prisma().session.findUnique({ where: { id } })).toMatchObject({
      isBusy: false,
      endedAt: null,
    });
  });

  test("one that never was", async () => {
    const response = await send("POST", `sessions/${randomUUID()}/heartbeat`, token, {});
    expect(await problem(response)).toMatchObject({ status: 404 });
  });
});
