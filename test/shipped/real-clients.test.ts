import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { exportPKCS8 } from "jose";
import * as oauth4webapi from "oauth4webapi";
import * as openid from "openid-client";
import { ClientCredentials } from "simple-oauth2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addedKey, type RobotKey } from "@/test/keys";
import { newTenantAdmin, type Provisioned, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";
import { findAuthlib } from "./python";

/** Clients that know the issuer's address and their credentials, and nothing else. */
let installation: Installation;
let issuer: URL;
let resource: URL;
let admin: UserActor;
let machine: Provisioned;
let key: RobotKey;

beforeAll(async () => {
  installation = await startInstallation();
  issuer = new URL(`${installation.origin}/api/identity`);
  resource = new URL(`${installation.origin}/api/orchestrator/me`);
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  key = await addedKey(admin, machine);
});
afterAll(() => installation?.stop());

describe("openid-client", () => {
  const methods: readonly (readonly [string, "Secret" | "Key", () => openid.ClientAuth])[] = [
    ["client_secret_basic", "Secret", () => openid.ClientSecretBasic(machine.clientSecret)],
    ["client_secret_post", "Secret", () => openid.ClientSecretPost(machine.clientSecret)],
    ["private_key_jwt", "Key", () => openid.PrivateKeyJwt({ key: key.privateKey, kid: key.keyId })],
  ];

  test.each(methods)(
    "with %s discovers, buys, is served, introspects, revokes and is refused",
    async (_, kind, method) => {
      const config = await openid.discovery(issuer, machine.clientId, undefined, method(), {
        algorithm: "oauth2",
        execute: [openid.allowInsecureRequests],
      });
      const { access_token: token } = await openid.clientCredentialsGrant(config, {
        resource: config.serverMetadata().protected_resources?.[0] ?? "",
      });
      const served = await openid.fetchProtectedResource(config, token, resource, "GET");
      expect(await served.json()).toMatchObject({ credential: { kind } });
      expect(await openid.tokenIntrospection(config, token)).toMatchObject({
        active: true,
        client_id: machine.clientId,
      });
      await openid.tokenRevocation(config, token);
      expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false });
      await expect(openid.fetchProtectedResource(config, token, resource, "GET")).rejects.toMatchObject({
        status: 401,
      });
    },
  );
});

describe("oauth4webapi", () => {
  const insecure = { [oauth4webapi.allowInsecureRequests]: true } as const;

  test("finds the issuer from the resource alone (RFC 9728), and authenticates there by key", async () => {
    const base = new URL(`${installation.origin}/api/orchestrator`);
    const found = await oauth4webapi.resourceDiscoveryRequest(base, insecure);
    const protectedResource = await oauth4webapi.processResourceDiscoveryResponse(base, found);
    const from = new URL(protectedResource.authorization_servers?.[0] ?? "");
    const response = await oauth4webapi.discoveryRequest(from, { algorithm: "oauth2", ...insecure });
    const server = await oauth4webapi.processDiscoveryResponse(from, response);
    const client = { client_id: machine.clientId };
    const method = oauth4webapi.PrivateKeyJwt({ key: key.privateKey, kid: key.keyId });
    const asked = await oauth4webapi.clientCredentialsGrantRequest(server, client, method, {}, insecure);
    const { access_token: token } = await oauth4webapi.processClientCredentialsResponse(
      server,
      client,
      asked,
    );
    const request = new Request(resource, { headers: { authorization: `Bearer ${token}` } });
    const claims = await oauth4webapi.validateJwtAccessToken(
      server,
      request,
      protectedResource.resource,
      insecure,
    );
    expect(claims).toMatchObject({ client_id: machine.clientId, credential_id: key.keyId });
    const looked = await oauth4webapi.introspectionRequest(server, client, method, token, insecure);
    expect(await oauth4webapi.processIntrospectionResponse(server, client, looked)).toMatchObject({
      active: true,
    });
    const revoked = await oauth4webapi.revocationRequest(server, client, method, token, insecure);
    await oauth4webapi.processRevocationResponse(revoked);
    await expect(
      oauth4webapi.protectedResourceRequest(token, "GET", resource, undefined, null, insecure),
    ).rejects.toBeInstanceOf(oauth4webapi.WWWAuthenticateChallengeError);
  });
});

describe("simple-oauth2", () => {
  test.each(["header", "body"] as const)(
    "sends its secret in the %s, and gets a token that is served",
    async (where) => {
      const client = new ClientCredentials({
        client: { id: machine.clientId, secret: machine.clientSecret },
        auth: { tokenHost: installation.origin, tokenPath: "/api/identity/connect/token" },
        options: { authorizationMethod: where },
      });
      const { token } = await client.getToken({ scope: "OR.Robots" });
      const headers = { authorization: `Bearer ${String(token.access_token)}` };
      expect((await fetch(resource, { headers })).status).toBe(200);
    },
  );
});

test("Authlib, in Python: by secret and by key, with introspection and revocation", async () => {
  const given = {
    issuer: issuer.href,
    clientId: machine.clientId,
    clientSecret: machine.clientSecret,
    keyId: key.keyId,
    privateKey: await exportPKCS8(key.privateKey),
  };
  const seen = execFileSync(findAuthlib(), [join(import.meta.dirname, "python-client.py")], {
    input: JSON.stringify(given),
    encoding: "utf8",
  });
  const conversation = (me: string) => ({ scope: "OR.Robots", me, active: true, revoked: 200, after: 401 });
  expect(JSON.parse(seen)).toEqual({
    client_secret_basic: conversation("Secret"),
    client_secret_post: conversation("Secret"),
    private_key_jwt: conversation("Key"),
  });
});
