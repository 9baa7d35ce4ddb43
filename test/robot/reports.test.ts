import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { orchestratorAt } from "@/robot/orchestrator";
import { type Report, sendEnd, sendReport } from "@/robot/reports";
import type { Tokens } from "@/robot/tokens";

/** A portal, or what stands before it, that fails in the way a test says. */
let answer: (report: Report, response: ServerResponse) => void;
let reports: Report[];
let pauses = 0;

const server = createServer(async (request, response) => {
  const report = (await json(request)) as Report;
  reports.push(report);
  answer(report, response);
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  reports = [];
  pauses = 0;
});

const says = (response: ServerResponse, status: number, body: string) => {
  response.writeHead(status, { "content-type": "application/json" }).end(body);
};
const noted = (response: ServerResponse) => says(response, 200, "{}");

const tokens: Tokens = {
  authentication: () => Promise.reject(new Error("not asked for")),
  show: async () => ({ token: "t", headers: { authorization: "Bearer t" } }),
  hear: () => undefined,
  refuse: () => undefined,
  now: () => 0,
  forget: () => undefined,
};
const patience = {
  random: () => 0,
  pause: async () => {
    pauses += 1;
    if (pauses > 200) throw new Error("it goes on for ever");
  },
};
const over = new AbortController();

const at = () => {
  const { port } = server.address() as AddressInfo;
  return orchestratorAt(new URL(`http://127.0.0.1:${port}`), tokens, () => undefined);
};
const end = (report: Report) => sendEnd(at(), "job", report, patience, over.signal);
const DONE: Report = { state: "Successful", output: { rows: 3 } };

describe("the end of a job that the server fails at again and again is given up for a plain one", () => {
  test.each([
    ["500", 500, "{}"],
    ["501", 501, "{}"],
    ["a page of 500", 500, "<h1>Oops</h1>"],
    ["a proxy's page of 413", 413, "<h1>Request Entity Too Large</h1>"],
  ])("%s", async (_, status, body) => {
    answer = ({ output }, response) => (output ? says(response, status, body) : noted(response));
    expect(await end(DONE)).toMatchObject({ kind: "refused" });
    expect(reports).toHaveLength(9);
    expect(reports.at(-1)).toMatchObject({
      state: "Faulted",
      error: expect.stringContaining(`it answers ${status}`),
    });
    expect(new Set(reports.map((report) => Reflect.get(report, "reportId"))).size).toBe(2);
  });

  test("what is refused with a sentence is not tried twice", async () => {
    answer = ({ output }, response) =>
      output ? says(response, 400, '{"detail":"output is nested too deep"}') : noted(response);
    expect(await end(DONE)).toMatchObject({ kind: "refused" });
    expect(reports).toMatchObject([DONE, { state: "Faulted", error: expect.stringContaining("too deep") }]);
  });

  test("progress that it fails at is left", async () => {
    answer = (_, response) => says(response, 500, "{}");
    const sent = await sendReport(at(), "job", { progress: 4 }, patience, over.signal);
    expect(sent).toMatchObject({ kind: "refused" });
    expect(reports).toHaveLength(8);
  });
});

describe("a server that is away, or fails at everything, does not cost a job its result", () => {
  test.each([401, 408, 425, 429, 502, 503, 504])("%i", async (status) => {
    answer = (_, response) => (reports.length > 60 ? noted(response) : says(response, status, "{}"));
    expect(await end(DONE)).toEqual({ kind: "noted" });
    expect(reports.at(-1)).toMatchObject(DONE);
    expect(reports.every(({ state }) => state === "Successful")).toBe(true);
  });

  test("500 for whatever is asked, for a while", async () => {
    let isMended = false;
    answer = ({ state }, response) => {
      // It is back before the robot comes with the result, as always: both are tried one after the other.
      if (reports.length > 60 && state === "Successful") isMended = true;
      if (isMended) noted(response);
      else says(response, 500, "{}");
    };
    expect(await end(DONE)).toEqual({ kind: "noted" });
    expect(reports.at(-1)).toMatchObject(DONE);
  });
});
