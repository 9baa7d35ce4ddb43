import { decodeJwt } from "jose";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { revokeTokens } from "@/lib/identity/revoked-tokens";
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
  thumbprint,
} from "@/test/dpop";
import { ASSERTION_TYPE, addedKey, assertion } from "@/test/keys";
import { askToken, basic, buyToken, postForm, send } from "@/test/robot";
import {
  call,
  inTransaction,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  provisioned,
  systemCtx,
} from "@/test/world";

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

describe("RFC 9449 §5: a token bought with a proof", () => {
  test("is said to be of type DPoP", async () => {
    const answer = await askBoundToken(machine, proof(holder, { nonce }));
    expect(await answer.json()).toMatchObject({ token_type: "DPoP", expires_in: 3600 });
  });

  test("§6.1: names the key's thumbprint, and one without a proof names none", async () => {
    expect(decodeJwt(token).cnf).toEqual({ jkt: thumbprint(holder) });
    const answer = await askToken(machine);
    const body = (await answer.json()) as { access_token: string; token_type: string };
    expect(body.token_type).toBe("Bearer");
    expect(decodeJwt(body.access_token).cnf).toBeUndefined();
    expect(answer.headers.get("dpop-nonce")).toBeNull();
  });

  test("§6.2: is introspected as what it is", async () => {
    const answer = await postForm({ token }, basic(machine), "/api/identity/connect/introspect");
    expect(await answer.json()).toMatchObject({
      active: true,
      token_type: "DPoP",
      cnf: { jkt: thumbprint(holder) },
    });
  });

  test("can be bought with an assertion too, which the answer about the nonce does not use up", async () => {
    const key = await addedKey(admin, machine);
    const parameters = {
      grant_type: "client_credentials",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertion(key, `${ORIGIN}/api/identity`),
    };
    const refused = await postForm(parameters, { dpop: proof(holder) });
    expect(await refused.json()).toMatchObject({ error: "use_dpop_nonce" });
    const answer = await postForm(parameters, { dpop: proof(holder, { nonce }) });
    expect(await answer.json()).toMatchObject({ token_type: "DPoP" });
  });
});

describe("RFC 9449 §7: a bound token", () => {
  test("opens a resource with a proof, the scheme in any case", async () => {
    expect((await me(proofFor("GET", "me"))).status).toBe(200);
    const headers = { authorization: `dpop ${token}`, dpop: proofFor("GET", "me") };
    expect((await call("GET", resource("me"), { headers })).status).toBe(200);
    const head = { authorization: `DPoP ${token}`, dpop: proofFor("HEAD", "me") };
    expect((await call("HEAD", resource("me"), { headers: head })).status).toBe(200);
  });

  test("§4.3 (12): is refused with a proof without ath, with another token's, or of another key", async () => {
    const twin = await buyBoundToken(machine, holder, nonce);
    const thief = newHolder();
    const refused = /^DPoP [^,]+, .*error="invalid_dpop_proof"/;
    await expectRefused(await me(proofFor("GET", "me", { claims: { ath: undefined } })), refused);
    await expectRefused(await me(proofFor("GET", "me", { token: twin })), refused);
    await expectRefused(
      await me(proof(thief, { nonce, token, method: "GET", path: resource("me") })),
      refused,
    );
    expect((await me(proofFor("GET", "me", { token: twin }), twin)).status).toBe(200);
  });

  test("§7.1: is refused without a proof, and the challenge names the algorithms", async () => {
    const answer = await send("GET", "me", null, undefined, { authorization: `DPoP ${token}` });
    await expectRefused(answer, /^DPoP .*algs="ES256 RS256 PS256 EdDSA Ed25519".*error="invalid_dpop_proof"/);
    expect(answer.headers.get("dpop-nonce")).toBe(nonce);
  });

  test("§7.2: is refused as a bearer token, with and without a proof", async () => {
    const refused = /^Bearer .*error="invalid_token".*, DPoP .*algs=/;
    await expectRefused(await send("GET", "me", token), refused);
    const dpop = proofFor("GET", "me");
    await expectRefused(await send("GET", "me", token, undefined, { dpop }), refused);
  });

  test("§7.2: an unbound token is refused under the scheme DPoP, and a proof beside Bearer changes nothing", async () => {
    const bearer = await buyToken(machine);
    await expectRefused(
      await me(proofFor("GET", "me", { token: bearer }), bearer),
      /^DPoP .*error="invalid_token"/,
    );
    expect((await send("GET", "me", bearer, undefined, { dpop: "garbage" })).status).toBe(200);
  });

  test("is cut like any other: revoked, and with its secret", async () => {
    const { jti = "", exp = 0 } = decodeJwt(token);
    await inTransaction((db) => revokeTokens(systemCtx(db), [{ jti, expiresAt: new Date(exp * 1000) }]));
    await expectRefused(await me(proofFor("GET", "me")), /^DPoP .*error="invalid_token"/);
  });

  test("without the scope is told which one is needed, under its scheme", async () => {
    const answer = await postForm(
      { grant_type: "client_credentials", scope: "OR.Jobs" },
      { ...basic(machine), dpop: proof(holder, { nonce }) },
    );
    const { access_token: narrow } = (await answer.json()) as { access_token: string };
    const refused = await me(proofFor("GET", "me", { token: narrow }), narrow);
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toMatch(/^DPoP .*error="insufficient_scope"/);
  });
});

test("§5.1, RFC 9728 §2: both documents say which algorithms proofs may have", async () => {
  const algorithms = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"];
  const server = await call("GET", "/.well-known/oauth-authorization-server/api/identity");
  expect(await server.json()).toMatchObject({ dpop_signing_alg_values_supported: algorithms });
  const protectedResource = await call("GET", "/.well-known/oauth-protected-resource/api/orchestrator");
  expect(await protectedResource.json()).toMatchObject({
    dpop_signing_alg_values_supported: algorithms,
    dpop_bound_access_tokens_required: false,
  });
});
