import { beforeAll, describe, expect, test } from "vitest";
import { currentNonce } from "@/lib/identity/dpop-nonce";
import { addSeconds } from "@/lib/time";
import {
  askBoundToken,
  buyBoundToken,
  firstNonce,
  type Holder,
  newHolder,
  proof,
  resource,
  sendBound,
} from "@/test/dpop";
import { send } from "@/test/robot";
import { logLines, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

let machine: Provisioned;
let holder: Holder;
let nonce: string;
let token: string;

beforeAll(async () => {
  machine = await provisioned(await newTenantAdmin());
  holder = newHolder();
  nonce = await firstNonce(machine);
  token = await buyBoundToken(machine, holder, nonce);
});

const ask = (given: string | undefined) =>
  askBoundToken(machine, proof(holder, given === undefined ? {} : { nonce: given }));
const me = (given: string | undefined) => {
  const parts = { token, method: "GET", path: resource("me") };
  return sendBound(
    "GET",
    "me",
    token,
    proof(holder, given === undefined ? parts : { ...parts, nonce: given }),
  );
};

/** A nonce as it was, or will be, handed out then. */
const from = (minutes: number) => currentNonce(addSeconds(new Date(), minutes * 60));
const UNACCEPTED: readonly (readonly [string, () => string | undefined])[] = [
  ["none", () => undefined],
  ["an empty one", () => ""],
  ["one that has grown old", () => from(-11)],
  ["one from another day", () => from(-1440)],
  ["one that is not out yet", () => from(11)],
  ["one that somebody made up", () => Buffer.from("0".repeat(32)).toString("base64url")],
  ["the right one in capital letters", () => nonce.toUpperCase()],
  ["the right one with something behind it", () => `${nonce}A`],
];

describe.each(UNACCEPTED)("a proof whose nonce is %s", (_, make) => {
  test("§8: is answered use_dpop_nonce with a nonce at the token endpoint, and good with that", async () => {
    const answer = await ask(make());
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ error: "use_dpop_nonce", error_description: expect.any(String) });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await ask(answer.headers.get("dpop-nonce") ?? "")).status).toBe(200);
  });

  test("§9: is answered 401 with a challenge and a nonce at a resource, and good with that", async () => {
    const answer = await me(make());
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^DPoP [^B]*error="use_dpop_nonce"/);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await me(answer.headers.get("dpop-nonce") ?? "")).status).toBe(200);
  });
});

test("§8: a nonce is long, of the allowed characters, and changes", () => {
  expect(nonce).toMatch(/^[\w-]{43}$/);
  expect(new Set([from(-10), from(-5), from(0), from(5)]).size).toBe(4);
});

test("§8.2: the nonce of the window before is still good, and every answer brings the one for next time", async () => {
  for (const answer of [await ask(from(-5)), await me(from(-5))]) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get("dpop-nonce")).toBe(from(0));
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
});

test("§8: a nonce from a process whose clock is a little ahead is good", async () => {
  expect((await ask(from(5))).status).toBe(200);
});

test("refusals of another kind bring a nonce too, so that the next proof can have one", async () => {
  const wrong = await askBoundToken(machine, proof(holder, { claims: { htm: "PUT" } }));
  expect(wrong.headers.get("dpop-nonce")).toBe(from(0));
  const missing = await sendBound(
    "POST",
    "sessions",
    token,
    proof(holder, { nonce, token, path: resource("sessions") }),
    {},
  );
  expect([missing.status, missing.headers.get("dpop-nonce")]).toEqual([400, from(0)]);
});

test("who does not use DPoP sees no nonce", async () => {
  expect((await send("GET", "me", "garbage")).headers.get("dpop-nonce")).toBeNull();
});

test("asking for a nonce costs no row and no warning", async () => {
  const before = await prisma().consumedJti.count();
  logLines.length = 0;
  await ask(undefined);
  await me(undefined);
  expect(await prisma().consumedJti.count()).toBe(before);
  expect(logLines.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([20, 20]);
});
