import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { askToken, askTokenByPost, basic, buyToken, postForm } from "@/test/robot";
import { act, call, newTenantAdmin, ORIGIN, type Provisioned, provisioned } from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

async function verified(token: string) {
  const keys = (await (await call("GET", "/api/identity/jwks")).json()) as JSONWebKeySet;
  return jwtVerify(token, createLocalJWKSet(keys), {
    issuer: `${ORIGIN}/api/identity`,
    audience: `${ORIGIN}/api/orchestrator`,
    typ: "at+jwt",
    algorithms: ["ES256"],
  });
}

describe("a client with its secret buys a token", () => {
  test.each([
    ["in the Authorization header", askToken],
    ["in the form", askTokenByPost],
  ])("presented %s", async (_, ask) => {
    const response = await ask(machine);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("pragma")).toBe("no-cache");
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: "Bearer",
      expires_in: 3600,
      scope: "OR.Robots OR.Jobs OR.Assets",
    });
  });

  test("with any of several secrets, and the token names the one that was used", async () => {
    const second = await act(admin, addSecret, { machineId: machine.machineId });
    expect(second.clientId).toBe(machine.clientId);
    for (const client of [machine, second]) {
      const { payload } = await verified(await buyToken(client));
      expect(payload).toMatchObject({ client_id: machine.clientId, credential_id: client.secretId });
    }
  });

  test("at the address robots of this field are configured with", async () => {
    const response = await postForm(
      { grant_type: "client_credentials" },
      basic(machine),
      "/identity/connect/token",
    );
    expect(response.status).toBe(200);
  });

  test("however the scheme's name is written", async () => {
    const authorization = (basic(machine).authorization ?? "").replace("Basic", "bAsIc ");
    const response = await postForm({ grant_type: "client_credentials" }, { authorization });
    expect(response.status).toBe(200);
  });

  test("when the form says its charset, and parameters that nobody knows are ignored", async () => {
    const type = "Application/X-WWW-Form-Urlencoded; charset=UTF-8";
    const form = "grant_type=client_credentials&audience=x&&resource=";
    expect((await postForm(form, { ...basic(machine), "content-type": type })).status).toBe(200);
  });

  test("also when it repeats its own client id in the form", async () => {
    expect((await askToken(machine, { client_id: machine.clientId })).status).toBe(200);
  });
});

test("a token carries the claims of RFC 9068 and what the orchestrator needs to ask whether it stands", async () => {
  const before = Math.floor(Date.now() / 1000);
  const { payload, protectedHeader } = await verified(await buyToken(machine));
  expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) });
  expect(payload).toEqual({
    iss: `${ORIGIN}/api/identity`,
    aud: `${ORIGIN}/api/orchestrator`,
    sub: machine.clientId,
    client_id: machine.clientId,
    iat: expect.any(Number),
    exp: Number(payload.iat) + 3600,
    jti: expect.stringMatching(/^[\da-f-]{36}$/),
    scope: "OR.Robots OR.Jobs OR.Assets",
    tenant_id: admin.tenantId,
    machine_id: machine.machineId,
    credential_id: machine.secretId,
  });
  expect(Number(payload.iat)).toBeGreaterThanOrEqual(before);
});

test("no two tokens are the same", async () => {
  const [one, other] = await Promise.all([buyToken(machine), buyToken(machine)]);
  expect((await verified(one)).payload.jti).not.toBe((await verified(other)).payload.jti);
});

describe("scope", () => {
  const all = "OR.Robots OR.Jobs OR.Assets";
  test.each([
    ["left out", {}, all],
    ["empty", { scope: "" }, all],
    ["OR.Default", { scope: "OR.Default" }, all],
    ["OR.Default with others", { scope: "OR.Jobs OR.Default" }, all],
    ["one", { scope: "OR.Jobs" }, "OR.Jobs"],
    ["two in any order, twice", { scope: "OR.Assets OR.Robots OR.Assets" }, "OR.Robots OR.Assets"],
  ])(
    "%s grants what was asked for, and the token says the same as the answer",
    async (_, parameters, granted) => {
      const response = await askToken(machine, parameters);
      const body = (await response.json()) as { scope: string; access_token: string };
      expect(body.scope).toBe(granted);
      expect((await verified(body.access_token)).payload.scope).toBe(granted);
    },
  );

  test.each([
    "OR.Everything",
    "or.jobs",
    "OR.Jobs  OR.Robots",
    " OR.Jobs",
    "OR.Jobs\t",
    'OR."',
    "Ä",
    "OR.Jobs openid",
  ])("%j is refused: a client never gets less or more than it asked for", async (scope) => {
    const response = await askToken(machine, { scope });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "invalid_scope" });
  });
});
