import { beforeAll, describe, expect, test } from "vitest";
import {
  askBoundToken,
  buyBoundToken,
  firstNonce,
  type Holder,
  newHolder,
  proof,
  proofParts,
  resource,
  sendBound,
  signed,
} from "@/test/dpop";
import { HOSTILE_PROOFS } from "@/test/hostile-proofs";
import { call, logLines, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/world";

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

const now = () => Math.floor(Date.now() / 1000);

/** The two places that take proofs. */
const PLACES = [
  [
    "token endpoint",
    () => ({ nonce }),
    async (dpop: string) => {
      const answer = await askBoundToken(machine, dpop);
      return { status: answer.status, error: ((await answer.json()) as { error?: string }).error };
    },
    400,
  ],
  [
    "orchestrator",
    () => ({ nonce, token, method: "GET", path: resource("me") }),
    async (dpop: string) => {
      const answer = await sendBound("GET", "me", token, dpop);
      const challenge = answer.headers.get("www-authenticate") ?? undefined;
      return { status: answer.status, error: challenge && /^DPoP .*error="(\w+)"/.exec(challenge)?.[1] };
    },
    401,
  ],
] as const;

describe.each(PLACES)("RFC 9449 §4.3, %s:", (_, parts, show, status) => {
  test("a proof as it should be is accepted", async () => {
    expect(await show(proof(holder, parts()))).toEqual({ status: 200 });
  });

  test.each(HOSTILE_PROOFS)("refuses %s", async (_name, make) => {
    expect(await show(make(holder, parts()))).toEqual({ status, error: "invalid_dpop_proof" });
  });

  test("a proof is accepted with a little delay, and from a clock that is a little ahead", async () => {
    for (const iat of [now() - 45, now() + 20]) {
      expect(await show(proof(holder, { ...parts(), claims: { iat } }))).toEqual({ status: 200 });
    }
  });

  test("§11.1: a proof is good once, also when its twins arrive together", async () => {
    const twin = proof(holder, parts());
    const answers = await Promise.all(Array.from({ length: 8 }, () => show(twin)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === "invalid_dpop_proof")).toHaveLength(7);
    expect(await show(twin)).toEqual({ status, error: "invalid_dpop_proof" });
  });

  test("§11.1: the same proof under another signature of the same key is the same proof", async () => {
    const { header, claims } = proofParts(holder, parts());
    expect(await show(signed(header, claims, holder))).toEqual({ status: 200 });
    expect(await show(signed({ ...header, kid: "2" }, claims, holder))).toMatchObject({ status });
  });
});

test.each(["ES256", "RS256", "PS256", "EdDSA", "Ed25519"] as const)(
  "§5.1: a proof signed with %s is accepted, at once and once more",
  async (algorithm) => {
    const one = newHolder(algorithm);
    for (const _ of [1, 2]) expect((await askBoundToken(machine, proof(one, { nonce }))).status).toBe(200);
  },
);

test("what is refused is said in constant words and explained in the log, without the proof", async () => {
  logLines.length = 0;
  const dpop = proof(holder, { nonce, claims: { htm: "PUT" } });
  const answer = await askBoundToken(machine, dpop);
  expect(await answer.json()).toEqual({
    error: "invalid_dpop_proof",
    error_description: "The DPoP proof is not valid: its htm is another method.",
  });
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(logLines.join("")).toContain("DPoP proof: its htm is another method");
  for (const part of dpop.split(".")) expect(logLines.join("")).not.toContain(part);
});

test("§11.1: nobody without the client's credentials makes the server remember anything", async () => {
  const before = await prisma().consumedJti.count();
  const dpop = proof(holder, { nonce });
  const stranger = { ...machine, clientSecret: `${machine.clientSecret.slice(0, -1)}_` };
  expect((await askBoundToken(stranger, dpop)).status).toBe(401);
  expect(await prisma().consumedJti.count()).toBe(before);
  expect((await askBoundToken(machine, dpop)).status).toBe(200);
  expect(await prisma().consumedJti.count()).toBe(before + 1);
});

test("§7: two tokens in one Authorization header are none", async () => {
  const dpop = proof(holder, { nonce, token, method: "GET", path: resource("me") });
  const authorization = `DPoP ${token}, Bearer ${token}`;
  const answer = await call("GET", resource("me"), { headers: { authorization, dpop } });
  expect(answer.status).toBe(400);
  expect(answer.headers.get("www-authenticate")).toMatch(/^DPoP .*error="invalid_request"$/);
});
