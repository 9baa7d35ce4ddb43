import { beforeAll, describe, expect, test } from "vitest";
import { buyToken, connect, ORCHESTRATOR, postForm, send } from "@/test/robot";
import { call, logLines, newTenantAdmin, provisioned } from "@/test/world";

let token: string;
let sessionId: string;

beforeAll(async () => {
  token = await buyToken(await provisioned(await newTenantAdmin()));
  sessionId = (await connect(token, "host")).id;
});

const JSON_TYPE = { "content-type": "application/json" };
const raw = (body: BodyInit, headers: Record<string, string> = JSON_TYPE, path = "sessions") =>
  call("POST", `${ORCHESTRATOR}/${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
  });

async function expectRefused(response: Response, status: number, says: RegExp) {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await response.json()) as { detail: string };
  expect(problem).toMatchObject({ status, traceId: expect.any(String) });
  expect(problem.detail).toMatch(says);
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|at .+:\d+/);
}

describe("a body of the wrong shape is a 400 that names the field", () => {
  test.each<[string, unknown, RegExp]>([
    ["no host name", {}, /hostName/],
    ["null", { hostName: null }, /hostName/],
    ["a number", { hostName: 7 }, /hostName/],
    ["a list", { hostName: ["host"] }, /hostName/],
    ["an empty name", { hostName: "" }, /hostName/],
    ["only spaces", { hostName: "   " }, /hostName/],
    ["too long a name", { hostName: "x".repeat(256) }, /hostName/],
    ["a NUL", { hostName: "a\0b" }, /hostName/],
    ["a line break", { hostName: "a\nb" }, /hostName/],
    ["a lone surrogate", { hostName: "a\ud800" }, /hostName/],
    ["a name that turns the line round", { hostName: "\u202ea" }, /hostName/],
    ["a lone surrogate elsewhere", { hostName: "a", platform: "\udc00" }, /platform/],
    ["an object as version", { hostName: "a", robotVersion: {} }, /robotVersion/],
    ["a body that is a list", [], /JSON object/],
    ["a body that is a string", "hostName", /JSON object/],
    ["a body that is null", null, /JSON object/],
  ])("%s", async (_, body, says) => {
    await expectRefused(await send("POST", "sessions", token, body), 400, says);
  });

  test("a state that a robot cannot report", async () => {
    for (const state of ["Disconnected", "busy", 1]) {
      const response = await send("POST", `sessions/${sessionId}/heartbeat`, token, { state });
      await expectRefused(response, 400, /state/);
    }
  });
});

describe("a body that is no JSON", () => {
  test.each([
    ["broken JSON", "{", JSON_TYPE, 400, /not JSON/],
    ["two documents", "{} {}", JSON_TYPE, 400, /not JSON/],
    ["a NUL byte", '{"hostName":"a\0"}', JSON_TYPE, 400, /not JSON/],
    ["bytes that are not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), JSON_TYPE, 400, /UTF-8/],
    ["another content type", "{}", { "content-type": "text/plain" }, 415, /application\/json/],
    [
      "a form",
      "hostName=a",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      /application\/json/,
    ],
    ["more than 64 KiB", `"${"x".repeat(65_536)}"`, JSON_TYPE, 413, /64 KiB/],
  ])("%s", async (_, body, headers, status, says) => {
    await expectRefused(await raw(body, headers), status, says);
  });

  test("more than 64 KiB that come without their length", async () => {
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(16_384)) });
    const init = {
      duplex: "half",
      body: endless,
      headers: { ...JSON_TYPE, authorization: `Bearer ${token}` },
    };
    await expectRefused(await call("POST", `${ORCHESTRATOR}/sessions`, init), 413, /64 KiB/);
  });

  test("a deeply nested one is only of the wrong shape", async () => {
    await expectRefused(await raw(`${"[".repeat(30_000)}${"]".repeat(30_000)}`), 400, /JSON/);
  });
});

test("a body of exactly 64 KiB is read", async () => {
  const empty = JSON.stringify({ hostName: "a", padding: "" });
  const body = JSON.stringify({ hostName: "a", padding: "x".repeat(65_536 - empty.length) });
  expect((await raw(body)).status).toBe(201);
  expect((await raw(`${body} `)).status).toBe(413);
});

test("what a body says about the session's id does not count against the address", async () => {
  const stranger = "0198c5b0-0000-7000-8000-000000000000";
  const response = await send("POST", `sessions/${sessionId}/heartbeat`, token, { sessionId: stranger });
  expect(await response.json()).toMatchObject({ id: sessionId });
});

test("members that nobody knows are ignored, whatever they are called", async () => {
  const body = '{"hostName":"host","__proto__":{"isAdmin":true},"constructor":1,"x":[{}]}';
  expect((await raw(body)).status).toBe(201);
});

describe("an id that is no id is not found", () => {
  test.each([
    "1",
    "null",
    "undefined",
    "0198c5b0",
    "x".repeat(2000),
    "0198c5b0-0000-7000-8000-00000000000g",
    "~",
  ])("%s", async (id) => {
    await expectRefused(await send("DELETE", `sessions/${id}`, token), 404, /no such/);
    await expectRefused(await send("POST", `sessions/${id}/heartbeat`, token, {}), 404, /no such/);
  });
});

describe("the token endpoint reads forms and nothing else", () => {
  test.each([
    ["JSON", '{"grant_type":"client_credentials"}', "application/json"],
    ["no content type", "grant_type=client_credentials", ""],
    ["a multipart form", "--x--", "multipart/form-data; boundary=x"],
    ["more than 64 KiB", `x=${"y".repeat(65_536)}`, "application/x-www-form-urlencoded"],
  ])("%s is an invalid_request", async (_, body, type) => {
    const response = await postForm(body, { "content-type": type });
    expect(response.status).toBe(400);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      error: "invalid_request",
      error_description: expect.any(String),
    });
  });
});

test("none of all this was a surprise to the server", () => {
  expect(logLines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40)).toEqual([]);
});
