import * as oauth4webapi from "oauth4webapi";
import * as openid from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { act, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";

let installation: Installation;
let issuer: URL;
let orchestrator: string;
let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  installation = await startInstallation();
  issuer = new URL(`${installation.origin}/api/identity`);
  orchestrator = `${installation.origin}/api/orchestrator`;
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  machine = await provisioned(admin);
});
afterAll(() => installation?.stop());

const removeSecret = ({ machineId, secretId }: Provisioned) =>
  act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });

describe.each([
  ["client_secret_basic", openid.ClientSecretBasic],
  ["client_secret_post", openid.ClientSecretPost],
] as const)("openid-client with %s", (_, authentication) => {
  const discover = (algorithm: "oauth2" | "oidc") =>
    openid.discovery(issuer, machine.clientId, undefined, authentication(machine.clientSecret), {
      algorithm,
      execute: [openid.allowInsecureRequests],
    });

  test.each(["oauth2", "oidc"] as const)(
    "discovers (%s), buys a token, connects, and is refused within one request of Delete",
    async (algorithm) => {
      const config = await discover(algorithm);
      const tokens = await openid.clientCredentialsGrant(config, { scope: "OR.Robots" });
      expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 3600, scope: "OR.Robots" });
      const fetchResource = (method: string, path: string, body?: object) =>
        openid.fetchProtectedResource(
          config,
          tokens.access_token,
          new URL(`${orchestrator}/${path}`),
          method,
          body && JSON.stringify(body),
          new Headers({ "content-type": "application/json" }),
        );
      const opened = await fetchResource("POST", "sessions", { hostName: "HOST-1" });
      expect(opened.status).toBe(201);
      const { id } = (await opened.json()) as { id: string };
      const beat = () => fetchResource("POST", `sessions/${id}/heartbeat`, { state: "Busy" });
      expect(await (await beat()).json()).toMatchObject({ state: "Busy" });

      expect(await removeSecret(machine)).toEqual({ disconnectedHosts: ["HOST-1"], stoppedJobs: 0 });

      await expect(beat()).rejects.toMatchObject({
        status: 401,
        cause: [{ scheme: "bearer", parameters: { error: "invalid_token" } }, { scheme: "dpop" }],
      });
      // With Basic the library reads the challenge, with the form the error's body: both say that the client is refused.
      await expect(openid.clientCredentialsGrant(config)).rejects.toMatchObject({ status: 401 });
      expect(await prisma().session.count({ where: { id, endedAt: null } })).toBe(0);
    },
  );

  test("is told in the library's own terms which scope is wrong", async () => {
    const asking = openid.clientCredentialsGrant(await discover("oauth2"), { scope: "OR.Everything" });
    await expect(asking).rejects.toMatchObject({ error: "invalid_scope", status: 400 });
  });
});

describe("oauth4webapi", () => {
  const insecure = { [oauth4webapi.allowInsecureRequests]: true } as const;

  async function server(): Promise<oauth4webapi.AuthorizationServer> {
    const response = await oauth4webapi.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
    return oauth4webapi.processDiscoveryResponse(issuer, response);
  }

  async function buy(from: oauth4webapi.AuthorizationServer, { clientId, clientSecret }: Provisioned) {
    const client = { client_id: clientId };
    const authentication = oauth4webapi.ClientSecretBasic(clientSecret);
    const asked = oauth4webapi.clientCredentialsGrantRequest(from, client, authentication, {}, insecure);
    return oauth4webapi.processClientCredentialsResponse(from, client, await asked);
  }

  const me = (token: string) =>
    oauth4webapi.protectedResourceRequest(
      token,
      "GET",
      new URL(`${orchestrator}/me`),
      undefined,
      null,
      insecure,
    );

  test("accepts the token as one of RFC 9068 for this audience, checked against the published keys", async () => {
    const from = await server();
    const { access_token } = await buy(from, machine);
    const request = new Request(`${orchestrator}/me`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    const claims = await oauth4webapi.validateJwtAccessToken(from, request, orchestrator, insecure);
    expect(claims).toMatchObject({ client_id: machine.clientId, credential_id: machine.secretId });
  });

  test("calls the orchestrator with either of two secrets; deleting one refuses that one at once and only it", async () => {
    const from = await server();
    const second = { ...machine, ...(await act(admin, addSecret, machine)) };
    const tokens = [(await buy(from, machine)).access_token, (await buy(from, second)).access_token] as const;
    for (const token of tokens) expect((await me(token)).status).toBe(200);
    await removeSecret(machine);
    await expect(me(tokens[0])).rejects.toBeInstanceOf(oauth4webapi.WWWAuthenticateChallengeError);
    expect((await me(tokens[1])).status).toBe(200);
  });

  test("a hundred requests in flight: none that begins after Delete is acknowledged succeeds", async () => {
    const { access_token } = await buy(await server(), machine);
    const begun: { isLate: boolean; answered: Promise<number> }[] = [];
    const status = () =>
      me(access_token).then(
        (response) => response.status,
        () => 401,
      );
    let isAcknowledged = false;
    const removing = removeSecret(machine).then(() => {
      isAcknowledged = true;
    });
    const late = () => begun.filter(({ isLate }) => isLate);
    while (late().length < 100) {
      begun.push({ isLate: isAcknowledged, answered: status() });
      if (begun.length % 4 === 0) await begun.at(-1)?.answered;
    }
    await removing;
    expect(await Promise.all(late().map(({ answered }) => answered))).toEqual(late().map(() => 401));
  });

  test("a disabled machine is refused like an unknown client", async () => {
    const from = await server();
    const { access_token } = await buy(from, machine);
    await act(admin, disableMachine, machine);
    await expect(me(access_token)).rejects.toBeInstanceOf(oauth4webapi.WWWAuthenticateChallengeError);
    await expect(buy(from, machine)).rejects.toMatchObject({ status: 401 });
  });
});

test("the process's own output holds no secret and no token after all this", async () => {
  await installation.latchkey.hears(/token refused/);
  expect(installation.latchkey.said()).not.toMatch(/lks_[0-9A-Za-z]{16}_|eyJ[\w-]+\.eyJ/);
});
