import { sign } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addAsset } from "@/lib/assets/commands";
import { addAssetSchema } from "@/lib/assets/schema";
import type { UserActor } from "@/lib/ctx";
import { getJob } from "@/lib/fleet/queries/get-job";
import { importSigningKey } from "@/lib/identity/commands/import-key";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { startJob } from "@/lib/jobs/commands/start-job";
import { addProcessSchema, startJobSchema } from "@/lib/jobs/schema";
import { addKey } from "@/lib/machines/commands/add-key";
import { newHolder, proofParts } from "@/test/dpop";
import { ASSERTION_TYPE, addedKey, type RobotKey } from "@/test/keys";
import { basic, buyToken, connect, ORCHESTRATOR, postForm, send, TOKEN_ENDPOINT } from "@/test/robot";
import {
  act,
  ask,
  call,
  logLines,
  newInstallationAdmin,
  newTenantAdmin,
  type Provisioned,
  provisioned,
  unique,
} from "@/test/world";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const BIG = "9007199254740993";

let admin: UserActor;
let machine: Provisioned;
let key: RobotKey;
let token: string;
let sessionId: string;
let processId: string;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin, { unattendedRuntimes: 100 });
  key = await addedKey(admin, machine);
  token = await buyToken(machine);
  sessionId = (await connect(token, "HOST")).id;
  processId = (await act(admin, addProcess, addProcessSchema.parse({ name: unique("process") }))).processId;
});

beforeEach(() => {
  logLines.length = 0;
});

const raw = (method: string, path: string, body: string) =>
  call(method, `${ORCHESTRATOR}/${path}`, {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body,
  });

const jobOf = async (jobId: string) => (await ask(admin, getJob, { jobId })) ?? expect.fail("no such job");

const next = async () => {
  const answer = await send("POST", `sessions/${sessionId}/jobs/next`, token, { waitSeconds: 0 });
  return { answer, text: await answer.clone().text() };
};

async function runningJob(): Promise<string> {
  const { jobId } = await act(admin, startJob, startJobSchema.parse({ processId }));
  await next();
  return jobId;
}

describe("a report whose output would not get through", () => {
  let jobId: string;
  beforeEach(async () => {
    jobId = await runningJob();
  });

  const report = (more: string) =>
    raw("PATCH", `jobs/${jobId}`, `{"reportId":"1","state":"Successful",${more}}`);

  test.each([
    ["nested 3,000 deep", `"output":${nested(3_000)}`, "output", /60 deep/],
    ["as deep as fits", `"output":${nested(60_000)}`, "output", /60 deep/],
    ["with a number that doubles lack", `"output":{"rows":[{"n":${BIG}}]}`, "output.rows.0.n", /string/],
    ["with 1e400", '"output":1e400', "output", /write it as a string/],
    ["with 1e400 as progress", '"progress":1e400', "progress", /string/],
  ])("%s is a 400 with the place, and the job goes on", async (_, more, field, says) => {
    const answer = await report(more);
    expect(answer.status).toBe(400);
    const problem = (await answer.json()) as { detail: string };
    expect(problem).toMatchObject({ errors: [{ field, detail: expect.stringMatching(says) }] });
    expect(problem.detail).not.toContain(BIG);
    expect((await jobOf(jobId)).state).toBe("Running");
    expect((await report('"output":{"n":"9007199254740993"}')).status).toBe(200);
    expect((await jobOf(jobId)).output).toEqual({ n: BIG });
  });

  test("what nobody knows is ignored, whatever its number; what may be left out may be null", async () => {
    const more = `"sentAtNanos":1764254946123456789,"progress":null,"message":null,"error":null,"output":null`;
    expect((await report(more)).status).toBe(200);
    expect(await jobOf(jobId)).toMatchObject({ state: "Successful", output: null });
  });

  test("numbers that doubles have come back as they are", async () => {
    const numbers = [0.1, 1e21, 5e-324, 1.7976931348623157e308, -123456789012345680000, 2 ** 53];
    expect((await report(`"output":${JSON.stringify(numbers)}`)).status).toBe(200);
    expect((await jobOf(jobId)).output).toEqual(numbers);
  });
});

test("null leaves out every member that may be left out, and no other", async () => {
  const host = { hostName: "NULLS", robotVersion: null, platform: null, runningJobs: null };
  const opened = await send("POST", "sessions", token, host);
  expect(opened.status).toBe(201);
  const { id } = (await opened.json()) as { id: string };
  expect((await send("POST", `sessions/${id}/heartbeat`, token, { state: null })).status).toBe(200);
  const claim = { waitSeconds: 0, claimId: null };
  expect((await send("POST", `sessions/${id}/jobs/next`, token, claim)).status).toBe(204);
  expect((await send("POST", "sessions", token, { hostName: null })).status).toBe(400);
});

describe("what a person types", () => {
  const wrong = [`{"n":${BIG}}`, '{"n":1e400}', nested(3_000), `0.${"0".repeat(400)}1`];

  test.each(wrong)("is refused as input and as default input: %.20s", (text) => {
    const started = startJobSchema.safeParse({ processId, input: text });
    expect(started.error?.issues).toMatchObject([{ path: ["input"], code: "custom" }]);
    const added = addProcessSchema.safeParse({ name: "x", defaultInput: text });
    expect(added.error?.issues).toMatchObject([{ path: ["defaultInput"], code: "custom" }]);
  });

  test("input arrives with its digits", async () => {
    const input = '{"n":"9007199254740993","m":9007199254740992,"o":0.1,"p":123456789012345680000}';
    await act(admin, startJob, startJobSchema.parse({ processId, input }));
    expect((await next()).text).toContain(`"input":${input}`);
  });

  const asset = (type: string, value: string) =>
    act(admin, addAsset, addAssetSchema.parse({ name: unique("asset"), type, value }));

  test.each<[string, string]>([
    ["Json", "12345678901234567890"],
    ["Json", nested(3_000)],
    ["Number", "12345678901234567890"],
    ...["0x10", "1_0", " 1 ", "Infinity", "1e400", "0b1", "1."].map((value): [string, string] => [
      "Number",
      value,
    ]),
  ])("is refused as an asset of type %s: %.20s", async (type, value) => {
    await expect(asset(type, value)).rejects.toMatchObject({ code: "invalid", field: "value" });
  });

  test.each([".", ".."])("no asset is named %s, which no address can carry", (name) => {
    const { error } = addAssetSchema.safeParse({ name, type: "Text", value: "" });
    expect(error?.issues).toMatchObject([{ path: ["name"], message: expect.stringMatching(/address/) }]);
  });

  test("a pasted key that is nested deep is refused at its field", async () => {
    const publicKey = `{"kty":"EC","x":${nested(3_000)}}`;
    const added = { machineId: machine.machineId, name: unique("key"), expiresAt: null, publicKey };
    await expect(act(admin, addKey, added)).rejects.toMatchObject({ field: "publicKey" });
    const imported = act(await newInstallationAdmin(), importSigningKey, { jwk: publicKey, role: "next" });
    await expect(imported).rejects.toMatchObject({ field: "jwk" });
  });
});

describe("a token with something nested deep in it is refused as any wrong one", () => {
  const part = (json: string) => Buffer.from(json).toString("base64url");
  const withDeep = (members: object, depth: number) =>
    JSON.stringify({ ...members, x: 0 }).replace(/"x":0/, `"x":${nested(depth)}`);

  function assertionWith(header: string, claims: string): Promise<Response> {
    const client_assertion = `${part(header)}.${part(claims)}.${part("x")}`;
    return postForm({
      grant_type: "client_credentials",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion,
    });
  }

  test.each([1_000, 3_000, 10_000])("a client's assertion, %i deep", async (depth) => {
    const header = { alg: "ES256", kid: key.keyId };
    const claims = { iss: machine.clientId, sub: machine.clientId };
    for (const answer of [
      await assertionWith(withDeep(header, depth), JSON.stringify(claims)),
      await assertionWith(JSON.stringify(header), withDeep(claims, depth)),
    ]) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ error: "invalid_client" });
    }
  });

  test.each([500, 1_000, 2_500])("a DPoP proof, %i deep", async (depth) => {
    const holder = newHolder();
    const { header, claims } = proofParts(holder);
    const withKey = JSON.stringify({ ...header, jwk: 0 }).replace(/"jwk":0/, () => {
      return `"jwk":${withDeep(holder.publicJwk, depth)}`;
    });
    for (const [head, body] of [
      [withKey, JSON.stringify(claims)],
      [withDeep(header, depth), JSON.stringify(claims)],
      [JSON.stringify(header), withDeep(claims, depth)],
    ] as const) {
      const input = `${part(head)}.${part(body)}`;
      const made = sign("sha256", Buffer.from(input), {
        key: holder.privateKey,
        dsaEncoding: "ieee-p1363",
      });
      const dpop = `${input}.${made.toString("base64url")}`;
      expect(dpop.length).toBeLessThan(8_192);
      const answer = await postForm(
        { grant_type: "client_credentials" },
        { ...basic(machine), dpop },
        TOKEN_ENDPOINT,
      );
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/dpop/) });
    }
  });

  test("an access token", async () => {
    const [head = "", claims = ""] = token.split(".");
    for (const deep of [
      `${part(withDeep({ alg: "ES256", kid: "x" }, 4_000))}.${claims}.x`,
      `${head}.${part(withDeep({}, 4_000))}.x`,
    ]) {
      expect((await send("GET", "me", deep)).status).toBe(401);
    }
  });
});
