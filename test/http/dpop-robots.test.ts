import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema } from "@/lib/jobs/schema";
import {
  askBoundToken,
  buyBoundToken,
  firstNonce,
  type Holder,
  newHolder,
  type ProofParts,
  proof,
  resource,
  sendBound,
} from "@/test/dpop";
import { askToken, basic, buyToken, postForm, send } from "@/test/robot";
import { act, newTenantAdmin, type Provisioned, prisma, provisioned, unique } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let holder: Holder;
let nonce: string;
let token: string;

beforeAll(async () => {
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  machine = await provisioned(admin);
  holder = newHolder();
  nonce = await firstNonce(machine);
  token = await buyBoundToken(machine, holder, nonce);
});

const proofFor = (method: string, path: string, parts: ProofParts = {}) =>
  proof(holder, { nonce, token, method, path: resource(path), ...parts });
const me = (dpop: string, shown = token) => sendBound("GET", "me", shown, dpop);

async function expectRefused(answer: Response, challenge: RegExp) {
  expect(answer.status).toBe(401);
  expect(answer.headers.get("www-authenticate")).toMatch(challenge);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
}

describe("a machine that requires DPoP", () => {
  const require = () =>
    prisma().machine.update({ where: { id: machine.machineId }, data: { requiresDpop: true } });

  test("§5.2: is sold no bearer token, and a bound one", async () => {
    await require();
    const refused = await askToken(machine);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      error: "invalid_dpop_proof",
      error_description: "This client gets tokens only that are bound to a key: send a DPoP proof.",
    });
    expect((await askBoundToken(machine, proof(holder, { nonce }))).status).toBe(200);
  });

  test("has its bearer tokens refused at once, also those from before, and introspected as dead", async () => {
    const bearer = await buyToken(machine);
    expect((await send("GET", "me", bearer)).status).toBe(200);
    await require();
    await expectRefused(await send("GET", "me", bearer), /^Bearer .*error="invalid_token"/);
    const answer = await askBoundToken(machine, proof(holder, { nonce }));
    expect(answer.status).toBe(200);
    const introspected = await postForm(
      { token: bearer },
      basic(machine),
      "/api/identity/connect/introspect",
    );
    expect(await introspected.json()).toEqual({ active: false });
    expect((await me(proofFor("GET", "me"))).status).toBe(200);
  });
});

describe("long requests", () => {
  const connected = async () => {
    const answer = await sendBound("POST", "sessions", token, proofFor("POST", "sessions"), {
      hostName: "HOST",
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { id: string }).id;
  };
  const poll = (path: string, waitSeconds: number) =>
    sendBound("POST", path, token, proofFor("POST", path), { waitSeconds });

  test("a poll that waits is let in once: its proof is not asked for again when it is called", async () => {
    const path = `sessions/${await connected()}/jobs/next`;
    const before = await prisma().consumedJti.count();
    const polling = poll(path, 20);
    await expect.poll(() => prisma().consumedJti.count()).toBe(before + 1);
    const { processId } = await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }));
    const asked = { processId, machineId: machine.machineId, hostName: "", input: {} };
    // Calls the host, which finds that the job is not for it.
    await act(admin, startJob, { ...asked, hostName: "ANOTHER" });
    const { jobId } = await act(admin, startJob, asked);
    const answer = await polling;
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ id: jobId });
  });

  test("a stream of events opens with a proof, and not again with the same", async () => {
    const path = `sessions/${await connected()}/events`;
    const dpop = proofFor("GET", path);
    const stream = await sendBound("GET", path, token, dpop);
    expect(stream.status).toBe(200);
    expect(stream.headers.get("dpop-nonce")).toBe(nonce);
    await stream.body?.cancel();
    await expectRefused(await sendBound("GET", path, token, dpop), /error="invalid_dpop_proof"/);
  });
});
