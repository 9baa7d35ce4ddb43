import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { forgetExpiredTokens } from "@/lib/identity/revoked-tokens";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { addSeconds } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { disconnectHost } from "@/lib/workflows/disconnect-host";
import { basic, buyToken, type Client, connect, postForm, send } from "@/test/robot";
import {
  act,
  inTransaction,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  prisma,
  provisioned,
  systemCtx,
} from "@/test/world";

let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
});

const at = (endpoint: "introspect" | "revocation") => `/api/identity/connect/${endpoint}`;
const revoke = (client: Client, form: Record<string, string> | string) =>
  postForm(form, basic(client), at("revocation"));
const introspect = (client: Client, token: string) => postForm({ token }, basic(client), at("introspect"));
const isActive = async (client: Client, token: string) =>
  ((await (await introspect(client, token)).json()) as { active: boolean }).active;

describe("revocation (RFC 7009)", () => {
  test("§2: a revoked token is refused at the next request; others of the client are not", async () => {
    const [token, other] = [await buyToken(machine), await buyToken(machine)];
    const response = await revoke(machine, { token });
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    // A body means nothing here (RFC 7009 §2.2), but there are clients that parse it.
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.text()).toBe("{}");
    expect((await send("GET", "me", token)).status).toBe(401);
    expect((await send("GET", "me", other)).status).toBe(200);
  });

  test("§2.1: the hint is a hint, also a wrong or an unknown one", async () => {
    for (const token_type_hint of ["access_token", "refresh_token", "something"]) {
      const token = await buyToken(machine);
      expect((await revoke(machine, { token, token_type_hint })).status).toBe(200);
      expect((await send("GET", "me", token)).status).toBe(401);
    }
  });

  test("§2.2: a token that is good for nothing is answered as a revoked one: unknown, garbage, revoked before", async () => {
    const token = await buyToken(machine);
    for (const one of ["garbage", "a.b.c", `${token}=`, token, token]) {
      expect((await revoke(machine, { token: one })).status).toBe(200);
    }
  });

  test("it is recorded once, with the client that asked and the token's id, not its text", async () => {
    const own = await provisioned(admin);
    const token = await buyToken(own);
    for (let time = 0; time < 2; time += 1) await revoke(own, { token });
    const events = await prisma().auditEvent.findMany({
      where: { machineId: own.machineId, type: "token.revoked" },
    });
    expect(events).toMatchObject([
      { actorKind: "client", actorId: own.machineId, credentialId: own.secretId },
    ]);
    expect(JSON.stringify(events)).not.toContain(token);
  });

  test("§2.1: a client revokes its own tokens only, and is told", async () => {
    const stranger = await provisioned(admin);
    const token = await buyToken(machine);
    const response = await revoke(stranger, { token });
    expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
    expect((await send("GET", "me", token)).status).toBe(200);
  });

  test("§2.1: the client must authenticate, and a wrong one learns nothing of the token", async () => {
    const token = await buyToken(machine);
    const wrong = { ...machine, clientSecret: `${machine.clientSecret.slice(0, -1)}_` };
    for (const ask of [revoke(wrong, { token }), postForm({ token }, {}, at("revocation"))]) {
      const response = await ask;
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain("Basic");
      expect(await response.json()).toMatchObject({ error: "invalid_client" });
    }
    expect((await send("GET", "me", token)).status).toBe(200);
  });

  test.each(["introspect", "revocation"] as const)(
    "%s: bad forms are told what is wrong",
    async (endpoint) => {
      const forms = ["", "token=", "token=a&token=b", "token=%", "x=1"];
      for (const form of forms) {
        const response = await postForm(form, basic(machine), at(endpoint));
        expect([form, response.status, await response.json()]).toMatchObject([
          form,
          400,
          { error: "invalid_request" },
        ]);
      }
      const inAddress = await postForm("", basic(machine), `${at(endpoint)}?token=x`);
      expect(inAddress.status).toBe(400);
    },
  );

  test("it is forgotten when the token has expired by itself", async () => {
    const token = await buyToken(machine);
    await revoke(machine, { token });
    const count = () => prisma().revokedToken.count();
    const before = await count();
    expect(before).toBeGreaterThan(0);
    await inTransaction((db) => forgetExpiredTokens(systemCtx(db, addSeconds(new Date(), 60))));
    expect(await count()).toBe(before);
    await inTransaction((db) => forgetExpiredTokens(systemCtx(db, addSeconds(new Date(), 3700))));
    expect(await count()).toBe(0);
  });
});

describe("introspection (RFC 7662)", () => {
  test("§2.2: a live token is described as it is", async () => {
    const token = await buyToken(machine, { scope: "OR.Jobs" });
    const response = await introspect(machine, token);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    expect(await response.json()).toEqual({
      active: true,
      token_type: "Bearer",
      scope: "OR.Jobs",
      client_id: machine.clientId,
      sub: machine.clientId,
      iss: `${ORIGIN}/api/identity`,
      aud: `${ORIGIN}/api/orchestrator`,
      iat: claims.iat,
      exp: claims.exp,
      jti: claims.jti,
    });
  });

  test("§2.2: whatever is not a live token of the client is inactive, and nothing else is said", async () => {
    const stranger = await provisioned(admin);
    const foreign = await buyToken(stranger);
    for (const token of ["garbage", "a.b.c", "x".repeat(10_000), foreign]) {
      expect(await (await introspect(machine, token)).json()).toEqual({ active: false });
    }
  });

  test("it tells the truth about deleted secrets", async () => {
    const second = await act(admin, addSecret, { machineId: machine.machineId });
    const token = await buyToken(second);
    expect(await isActive(machine, token)).toBe(true);
    await act(admin, deleteCredential, {
      machineId: machine.machineId,
      credentialId: second.secretId,
      confirmedLast: false,
    });
    expect(await isActive(machine, token)).toBe(false);
  });

  test("it tells the truth about disabled machines: they cannot even ask", async () => {
    const own = await provisioned(admin);
    const token = await buyToken(own);
    await act(admin, disableMachine, own);
    expect((await introspect(own, token)).status).toBe(401);
  });

  test("it tells the truth about disconnected hosts: the token they showed last is revoked, others are not", async () => {
    const [first, renewed, other] = [
      await buyToken(machine),
      await buyToken(machine),
      await buyToken(machine),
    ];
    const session = await connect(first, "disconnected-host");
    await connect(other, "other-host");
    expect((await send("POST", `sessions/${session.id}/heartbeat`, renewed)).status).toBe(200);
    await act(admin, disconnectHost, { sessionId: session.id });
    expect(await isActive(machine, renewed)).toBe(false);
    expect((await send("GET", "me", renewed)).status).toBe(401);
    expect(await isActive(machine, other)).toBe(true);
  });
});

describe("resource indicators (RFC 8707)", () => {
  const resource = `${ORIGIN}/api/orchestrator`;
  const ask = (body: string) => postForm(`grant_type=client_credentials&${body}`, basic(machine));

  test("§2: the orchestrator may be named, also several times", async () => {
    for (const times of [1, 3]) {
      const body = Array.from({ length: times }, () => `resource=${encodeURIComponent(resource)}`).join("&");
      expect((await ask(body)).status).toBe(200);
    }
  });

  test.each([
    "https://elsewhere.test",
    `${ORIGIN}/api/orchestrator/`,
    `${ORIGIN}/api/orchestrator#x`,
    `${ORIGIN}/api/orchestrator?x`,
    `${ORIGIN}/API/orchestrator`,
    ORIGIN,
    "orchestrator",
  ])("§2: %s is invalid_target", async (other) => {
    const wrong = `resource=${encodeURIComponent(other)}`;
    for (const body of [wrong, `resource=${encodeURIComponent(resource)}&${wrong}`]) {
      const response = await ask(body);
      expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_target" }]);
    }
  });
});

describe("protected resource metadata (RFC 9728)", () => {
  test("§2, §3: is where the challenge says, and leads to the issuer", async () => {
    const { call } = await import("@/test/world");
    const challenge = (await send("GET", "me", null)).headers.get("www-authenticate") ?? "";
    const [, address = ""] = /resource_metadata="([^"]+)"/.exec(challenge) ?? [];
    expect(address).toBe(`${ORIGIN}/.well-known/oauth-protected-resource/api/orchestrator`);
    const response = await call("GET", new URL(address).pathname);
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    expect(await response.json()).toMatchObject({
      resource: `${ORIGIN}/api/orchestrator`,
      authorization_servers: [`${ORIGIN}/api/identity`],
      bearer_methods_supported: ["header"],
      scopes_supported: ["OR.Robots", "OR.Jobs", "OR.Assets", "OR.Default"],
    });
  });
});
