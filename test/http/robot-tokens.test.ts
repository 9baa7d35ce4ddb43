import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { signAccessToken } from "@/lib/identity/access-token";
import { SCOPES } from "@/lib/identity/scopes";
import { currentSigningKey, type SigningKey } from "@/lib/identity/signing-keys";
import { addSeconds } from "@/lib/time";
import { buyToken, ORCHESTRATOR, send } from "@/test/robot";
import {
  call,
  clientOf,
  logLines,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  provisioned,
  sql,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;
let key: SigningKey;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  key = await currentSigningKey(sql(), new Date());
});

const PARAMETERS = `realm="Latchkey", resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource/api/orchestrator"`;
const DPOP = `DPoP ${PARAMETERS}, algs="ES256 RS256 PS256 EdDSA Ed25519"`;
/** RFC 9449 §7.2: both schemes are offered; the error belongs to the one that was used. */
const refusedWith = (parameters: string) => `Bearer ${PARAMETERS}${parameters}, ${DPOP}`;
const MISSING = refusedWith("");
const INVALID = refusedWith(', error="invalid_token", error_description="The access token is not valid."');

async function expectProblem(response: Response, status: number, kind: string, challenge: string | null) {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("www-authenticate")).toBe(challenge);
  expect(await response.json()).toMatchObject({
    type: `urn:latchkey:problem:${kind}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    traceId: expect.stringMatching(/^[\da-f]{32}$/),
  });
}

test("a robot with a token learns who it is", async () => {
  const response = await send("GET", "me", await buyToken(machine));
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toMatchObject({
    machine: { id: machine.machineId, name: machine.machineName, clientId: machine.clientId },
    credential: { id: machine.secretId, kind: "Secret" },
  });
});

describe("who sends no token is challenged without an error code", () => {
  test.each([
    ["nothing", {}],
    ["another scheme", { authorization: "Basic YTpi" }],
    ["an empty header", { authorization: "" }],
  ])("%s", async (_, headers) => {
    await expectProblem(await send("GET", "me", null, undefined, headers), 401, "token-missing", MISSING);
  });
});

const forged =
  (change: (claims: Record<string, unknown>) => void, header: object = {}) =>
  async () => {
    const terms = { scopes: SCOPES, jkt: null };
    const { token } = signAccessToken(key, clientOf(admin, machine), terms, new Date());
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    change(claims);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: key.kid, ...header })
      .sign(key.privateKey);
  };

const NONE = { alg: "none", typ: "at+jwt" };
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("the forger's own tools make a token that works, as long as nothing is changed", async () => {
  expect((await send("GET", "me", await forged(() => {})())).status).toBe(200);
});

describe("a token that is not ours or no longer good is invalid_token", () => {
  test.each<[string, () => Promise<string>]>([
    ["garbage", async () => "garbage"],
    ["three parts of garbage", async () => "a.b.c"],
    ["a token without signature", async () => `${part(NONE)}.${part({ sub: "x" })}.`],
    ["another issuer", forged((claims) => Object.assign(claims, { iss: "https://evil.test" }))],
    ["another audience", forged((claims) => Object.assign(claims, { aud: `${ORIGIN}/api/other` }))],
    ["an ID token's type", forged(() => {}, { typ: "JWT" })],
    ["no expiry", forged((claims) => Object.assign(claims, { exp: undefined }))],
    ["an expiry that has passed", forged((claims) => Object.assign(claims, { exp: 1 }))],
    ["an expiry after all dates", forged((claims) => Object.assign(claims, { exp: 1e300 }))],
    [
      "an expiry in microseconds",
      forged((claims) => Object.assign(claims, { exp: Number(claims.exp) * 1e6 })),
    ],
    [
      "a life longer than any token's",
      forged((claims) => Object.assign(claims, { exp: Number(claims.iat) + 86_401 })),
    ],
    ["an issue in the future", forged((claims) => Object.assign(claims, { iat: Number(claims.iat) + 40 }))],
    ["an issue in nanoseconds", forged((claims) => Object.assign(claims, { iat: Number(claims.iat) * 1e9 }))],
    ["an issue before all dates", forged((claims) => Object.assign(claims, { iat: -1e300 }))],
    ["no subject", forged((claims) => Object.assign(claims, { sub: undefined }))],
    ["a subject that is no string", forged((claims) => Object.assign(claims, { sub: 1 }))],
    ["a subject that is a list", forged((claims) => Object.assign(claims, { sub: [claims.sub] }))],
    ["another subject than the client", forged((claims) => Object.assign(claims, { sub: randomUUID() }))],
    ["a start in the future", forged((claims) => Object.assign(claims, { nbf: 9_999_999_999 }))],
    ["an unknown key", forged(() => {}, { kid: "unknown" })],
    ["no credential id", forged((claims) => Object.assign(claims, { credential_id: undefined }))],
    [
      "an unknown credential id",
      forged((claims) => Object.assign(claims, { credential_id: "0".repeat(16) })),
    ],
    ["another machine's id", forged((claims) => Object.assign(claims, { machine_id: randomUUID() }))],
    ["another tenant's id", forged((claims) => Object.assign(claims, { tenant_id: randomUUID() }))],
    [
      "claims of wrong types",
      forged((claims) => Object.assign(claims, { credential_id: 1, machine_id: {} })),
    ],
    ["a changed last character", async () => swapped(await buyToken(machine), -2)],
    ["a changed claim", async () => swapped(await buyToken(machine), 200)],
  ])("%s", async (_, make) => {
    await expectProblem(await send("GET", "me", await make()), 401, "invalid-token", INVALID);
  });
});

function swapped(token: string, index: number): string {
  const characters = [...token];
  const at = index < 0 ? characters.length + index : index;
  characters[at] = characters[at] === "A" ? "B" : "A";
  return characters.join("");
}

test("a token is good until the second it expires, and not in it", async () => {
  const issuedAt = addSeconds(new Date(), -3590);
  const standing = clientOf(admin, machine);
  const terms = { scopes: SCOPES, jkt: null };
  const nearly = signAccessToken(key, standing, terms, issuedAt).token;
  const over = signAccessToken(key, standing, terms, addSeconds(issuedAt, -10)).token;
  expect((await send("GET", "me", nearly)).status).toBe(200);
  await expectProblem(await send("GET", "me", over), 401, "invalid-token", INVALID);
});

test("a token in the address is refused, also a good one", async () => {
  const token = await buyToken(machine);
  const challenge = refusedWith(', error="invalid_request"');
  for (const authorization of [{}, { authorization: `Bearer ${token}` }]) {
    const response = await call("GET", `${ORCHESTRATOR}/me?access_token=${token}`, {
      headers: authorization,
    });
    await expectProblem(response, 400, "invalid-request", challenge);
  }
});

test.each(["Bearer", "Bearer a b", "Bearer ä", 'Bearer "abc"', "Bearer a,b"])(
  "an Authorization header that holds no token in its grammar is a bad request: %s",
  async (authorization) => {
    const response = await send("GET", "me", null, undefined, { authorization });
    await expectProblem(response, 400, "invalid-request", refusedWith(', error="invalid_request"'));
  },
);

test("a token without the scope is told which one is needed", async () => {
  const token = await buyToken(machine, { scope: "OR.Jobs OR.Assets" });
  const challenge = refusedWith(', error="insufficient_scope", scope="OR.Robots"');
  for (const [method, path] of [
    ["GET", "me"],
    ["POST", "sessions"],
    ["DELETE", `sessions/${randomUUID()}`],
    ["POST", `sessions/${randomUUID()}/heartbeat`],
  ] as const) {
    await expectProblem(await send(method, path, token), 403, "insufficient-scope", challenge);
  }
});

test("a refusal joins the caller's trace, which stands in the log too, without the token", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  logLines.length = 0;
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const response = await send("GET", "me", "secret-looking-token", undefined, headers);
  expect(await response.json()).toMatchObject({ traceId });
  expect(logLines.join("")).toContain(traceId);
  expect(logLines.join("")).not.toContain("secret-looking-token");
});

test.each(["nonsense", `00-${"0".repeat(32)}-00f067aa0ba902b7-01`, "00-4bf92f3577b34da6a3ce929d0e0e4736"])(
  "a trace id is made up where the caller's is none: %s",
  async (traceparent) => {
    const response = await send("GET", "me", null, undefined, { traceparent });
    const { traceId } = (await response.json()) as { traceId: string };
    expect(traceId).toMatch(/^[\da-f]{32}$/);
    expect(traceparent).not.toContain(traceId);
  },
);
