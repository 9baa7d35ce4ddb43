import { beforeAll, expect, test } from "vitest";
import {
  askBoundToken,
  buyBoundToken,
  encoded,
  firstNonce,
  type Holder,
  newHolder,
  proof,
  proofParts,
  resource,
  sendBound,
  signed,
} from "@/test/dpop";
import { forAny, type Random } from "@/test/random";
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

/** A header's value as it can come over the wire: bytes without NUL and line breaks. */
const onWire = (text: string) =>
  Buffer.from(text.toWellFormed())
    .toString("latin1")
    .replace(/[\0\r\n]/g, "");

const value = (values: Random): unknown =>
  values.pick<() => unknown>([
    () => values.text(40).toWellFormed(),
    () => (values.below(1000) - 500) * 10 ** values.below(300),
    () => null,
    () => values.below(2) === 1,
    () => [value(values)],
    () => ({ [values.text(5).toWellFormed()]: value(values) }),
  ])();

/** A proof in which one member of header, key or claims is something else. */
function mutated(values: Random, parts: Parameters<typeof proof>[1]): string {
  const { header, claims } = proofParts(holder, parts);
  const jwk = { ...header.jwk };
  const target = values.pick<object>([header, claims, jwk]);
  const name = values.pick(Object.keys(target));
  const other = value(values);
  Reflect.set(target, name, other);
  return signed({ ...header, ...(target === jwk && { jwk }) }, claims, holder);
}

/** A good proof with one character of it changed, lost or doubled. */
function damaged(values: Random, good: string): string {
  const at = values.below(good.length);
  const put = values.pick(["", ".", "A", "_", "=", " ", ",", good[at]?.repeat(2) ?? ""]);
  return good.slice(0, at) + put + good.slice(at + 1);
}

const noise = (values: Random) => encoded(value(values));
const hostile = (values: Random, parts: Parameters<typeof proof>[1]): string =>
  values.pick([
    () => values.text(80),
    () => `${noise(values)}.${noise(values)}.${noise(values)}`,
    () => mutated(values, parts),
    () => mutated(values, parts),
    () => damaged(values, proof(holder, parts)),
  ])();

/** What decides: `damaged` may have put back what was there, and `mutated` may have found another good value for what does not matter. */
const isUnharmed = async (spentBefore: number) => (await prisma().consumedJti.count()) === spentBefore + 1;

test("whatever proof is sent, the token endpoint refuses it in its own words or it is a proof of this holder", async () => {
  await forAny(async (values) => {
    const before = await prisma().consumedJti.count();
    const answer = await askBoundToken(machine, onWire(hostile(values, { nonce })));
    const body = (await answer.json()) as { error?: string; token_type?: string };
    if (answer.status === 200) {
      expect(body.token_type).toBe("DPoP");
      expect(await isUnharmed(before)).toBe(true);
    } else {
      expect([answer.status, body.error]).toEqual([
        400,
        expect.stringMatching(/^(?:invalid_dpop_proof|use_dpop_nonce)$/),
      ]);
    }
  }, 400);
});

test("whatever proof comes with a bound token, the orchestrator refuses it with a challenge or it is a proof of its holder", async () => {
  await forAny(async (values) => {
    const before = await prisma().consumedJti.count();
    const parts = { nonce, token, method: "GET", path: resource("me") };
    const answer = await sendBound("GET", "me", token, onWire(hostile(values, parts)));
    if (answer.status === 200) expect(await isUnharmed(before)).toBe(true);
    else {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(
        /^DPoP .*error="(?:invalid_dpop_proof|use_dpop_nonce)"/,
      );
    }
  }, 400);
});

test("nobody gets in with a bound token and a proof that another key signed, whatever it says", async () => {
  const thief = newHolder();
  await forAny(async (values) => {
    const parts = { nonce, token, method: "GET", path: resource("me") };
    const { header, claims } = proofParts(thief, parts);
    const jwk = values.pick([
      holder.publicJwk,
      thief.publicJwk,
      { ...thief.publicJwk, ...(value(values) as object) },
    ]);
    const answer = await sendBound(
      "GET",
      "me",
      token,
      signed({ ...header, jwk, [values.text(6)]: value(values) }, claims, thief),
    );
    expect(answer.status).toBe(401);
  }, 150);
});

test("none of all this was a surprise to the server", () => {
  expect(logLines.filter((line) => (JSON.parse(line) as { level: number }).level >= 40)).toEqual([]);
});
