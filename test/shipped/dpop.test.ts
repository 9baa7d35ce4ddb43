import { createHash, randomUUID } from "node:crypto";
import { request } from "node:http";
import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import * as oauth4webapi from "oauth4webapi";
import * as openid from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { addedKey } from "@/test/keys";
import { act, newTenantAdmin, type Provisioned, prisma, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";
import { type Latchkey, startLatchkey } from "./process";

/** RFC 9449 with real clients, and two processes of one installation. */
let installation: Installation;
let second: Latchkey;
let issuer: URL;
let orchestrator: string;
let admin: UserActor;
let machine: Provisioned;

beforeAll(async () => {
  installation = await startInstallation();
  second = await startLatchkey({ env: installation.env });
  await second.ready();
  issuer = new URL(`${installation.origin}/api/identity`);
  orchestrator = `${installation.origin}/api/orchestrator`;
  admin = await newTenantAdmin();
});
beforeEach(async () => {
  machine = await provisioned(admin);
  await prisma().machine.update({ where: { id: machine.machineId }, data: { requiresDpop: true } });
});
afterAll(async () => {
  await second?.remove();
  await installation?.stop();
});

/** Notes the status of everything that a client is answered. */
function watched() {
  const statuses: number[] = [];
  const watching = async (url: string, options: object) => {
    const response = await fetch(url, options);
    statuses.push(response.status);
    return response;
  };
  return { statuses, fetch: watching };
}

async function viaOpenid(authentication: openid.ClientAuth, algorithm = "ES256") {
  const { statuses, fetch: customFetch } = watched();
  const config = await openid.discovery(issuer, machine.clientId, undefined, authentication, {
    algorithm: "oauth2",
    execute: [openid.allowInsecureRequests],
    [openid.customFetch]: customFetch,
  });
  expect(config.serverMetadata().dpop_signing_alg_values_supported).toContain(algorithm);
  const keyPair = await openid.randomDPoPKeyPair(algorithm);
  return { config, keyPair, DPoP: openid.getDPoPHandle(config, keyPair), statuses };
}

describe("openid-client", () => {
  test.each(["ES256", "RS256", "PS256", "Ed25519"])(
    "with %s learns the nonce once, buys a bound token, connects, beats and listens, until its secret is deleted",
    async (algorithm) => {
      const { config, keyPair, DPoP, statuses } = await viaOpenid(
        openid.ClientSecretPost(machine.clientSecret),
        algorithm,
      );
      const { access_token: token, token_type: type } = await openid.clientCredentialsGrant(
        config,
        {},
        { DPoP },
      );
      expect(type).toBe("dpop");
      const jkt = await calculateJwkThumbprint(await exportJWK(keyPair.publicKey));
      expect(decodeJwt(token).cnf).toEqual({ jkt });
      const ask = (method: string, path: string, body?: object) =>
        openid.fetchProtectedResource(
          config,
          token,
          new URL(`${orchestrator}/${path}`),
          method,
          body && JSON.stringify(body),
          new Headers({ "content-type": "application/json" }),
          { DPoP },
        );
      const opened = await ask("POST", "sessions", { hostName: "HOST-1" });
      const { id } = (await opened.json()) as { id: string };
      const beat = () => ask("POST", `sessions/${id}/heartbeat`, { state: "Busy" });
      expect(await (await beat()).json()).toMatchObject({ state: "Busy" });
      expect((await ask("POST", `sessions/${id}/jobs/next`, { waitSeconds: 0 })).status).toBe(204);
      const events = (await ask("GET", `sessions/${id}/events`)).body?.getReader();
      expect(Buffer.from((await events?.read())?.value ?? []).toString()).toContain("event: ready");
      // Discovery, the one answer that wants a nonce, and from then on none: the nonce came with the answers (§8.2).
      expect(statuses).toEqual([200, 400, 200, 201, 200, 204, 200]);
      expect(await openid.tokenIntrospection(config, token)).toMatchObject({
        active: true,
        token_type: "DPoP",
        cnf: { jkt },
      });

      const { machineId, secretId } = machine;
      await act(admin, deleteCredential, { machineId, credentialId: secretId, confirmedLast: true });
      await expect(beat()).rejects.toMatchObject({
        status: 401,
        cause: [{ scheme: "dpop", parameters: { error: "invalid_token" } }],
      });
      await events?.cancel();
    },
  );

  test("by private_key_jwt is sold a bound token, with the answer about the nonce between", async () => {
    const { privateKey, keyId } = await addedKey(admin, machine);
    const { config, DPoP, statuses } = await viaOpenid(openid.PrivateKeyJwt({ key: privateKey, kid: keyId }));
    expect((await openid.clientCredentialsGrant(config, {}, { DPoP })).token_type).toBe("dpop");
    expect(statuses).toEqual([200, 400, 200]);
  });

  test("without a proof is told in the library's terms that one is needed", async () => {
    const { config } = await viaOpenid(openid.ClientSecretPost(machine.clientSecret));
    await expect(openid.clientCredentialsGrant(config)).rejects.toMatchObject({
      error: "invalid_dpop_proof",
      status: 400,
    });
  });
});

describe("oauth4webapi", () => {
  const insecure = { [oauth4webapi.allowInsecureRequests]: true } as const;

  test("checks the server's own token and proof, and is refused the token as bearer", async () => {
    const discovered = await oauth4webapi.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
    const from = await oauth4webapi.processDiscoveryResponse(issuer, discovered);
    const client: oauth4webapi.Client = { client_id: machine.clientId };
    const DPoP = oauth4webapi.DPoP(client, await oauth4webapi.generateKeyPair("ES256"));
    const authentication = oauth4webapi.ClientSecretBasic(machine.clientSecret);
    const buy = async () => {
      const options = { DPoP, ...insecure };
      const asked = oauth4webapi.clientCredentialsGrantRequest(from, client, authentication, {}, options);
      return oauth4webapi.processClientCredentialsResponse(from, client, await asked);
    };
    const refusal = await buy().catch((error: unknown) => error);
    expect(oauth4webapi.isDPoPNonceError(refusal)).toBe(true);
    const { access_token: token, token_type: type } = await buy();
    expect(type).toBe("dpop");

    let sent: Request | undefined;
    const me = new URL(`${orchestrator}/me`);
    const answer = await oauth4webapi.protectedResourceRequest(token, "GET", me, undefined, null, {
      DPoP,
      ...insecure,
      [oauth4webapi.customFetch]: (url, options) => {
        sent = new Request(url, { method: options.method, headers: options.headers });
        return fetch(sent);
      },
    });
    expect(answer.status).toBe(200);
    // The library's own resource server agrees with ours.
    expect(
      await oauth4webapi.validateJwtAccessToken(from, sent as Request, orchestrator, insecure),
    ).toMatchObject({
      client_id: machine.clientId,
    });
    const bare = oauth4webapi.protectedResourceRequest(token, "GET", me, undefined, null, insecure);
    await expect(bare).rejects.toBeInstanceOf(oauth4webapi.WWWAuthenticateChallengeError);
  });
});

/** A holder of a key that signs proofs for the published addresses. */
async function newHolder() {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return (htm: string, htu: string, claims: Record<string, unknown>) =>
    new SignJWT({ jti: randomUUID(), htm, htu, ...claims })
      .setIssuedAt()
      .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
      .sign(privateKey);
}

function buy(url: string, dpop: string) {
  const pair = Buffer.from(`${machine.clientId}:${machine.clientSecret}`).toString("base64");
  return fetch(`${url}/api/identity/connect/token`, {
    method: "POST",
    headers: { authorization: `Basic ${pair}`, dpop },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
}

describe("two processes", () => {
  test("take one nonce, and one proof once, however it arrives", async () => {
    const holder = await newHolder();
    const [one, two] = [installation.latchkey.url, second.url];
    const tokenEndpoint = `${issuer.href}/connect/token`;
    const nonceOf = async (url: string) =>
      (await buy(url, await holder("POST", tokenEndpoint, {}))).headers.get("dpop-nonce");
    const nonce = await nonceOf(one);
    const proof = (claims = {}) => holder("POST", tokenEndpoint, { nonce, ...claims });
    expect((await buy(two, await proof())).status).toBe(200);

    for (let time = 0; time < 5; time += 1) {
      const twin = await proof();
      const answers = await Promise.all([one, two, one, two].map((url) => buy(url, twin)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
    }

    const bought = (await (await buy(one, await proof())).json()) as { access_token: string };
    const ath = createHash("sha256").update(bought.access_token).digest("base64url");
    const dpop = await holder("GET", `${orchestrator}/me`, { nonce, ath });
    const headers = { authorization: `DPoP ${bought.access_token}`, dpop };
    const answers = await Promise.all(
      [one, two].map((url) => fetch(`${url}/api/orchestrator/me`, { headers })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await fetch(`${two}/api/orchestrator/me`, { headers })).status).toBe(401);
  });

  test("refuse two DPoP headers on the wire, and one that is no header any more", async () => {
    const holder = await newHolder();
    const proofs = [await holder("POST", `${issuer.href}/connect/token`, {}), "x"];
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(`${second.url}/api/identity/connect/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", dpop: proofs },
      });
      outgoing.once("error", reject).once("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece) => {
          text += piece;
        });
        response.once("end", () => resolve([response.statusCode, JSON.parse(text).error]));
      });
      outgoing.end("grant_type=client_credentials");
    });
    expect(status).toEqual([400, "invalid_dpop_proof"]);
    expect((await buy(second.url, "x".repeat(100_000))).status).toBe(431);
  });
});

test("the processes' own output holds no secret, no token and no proof after all this", async () => {
  await installation.latchkey.hears(/invalid_dpop_proof/);
  const said = installation.latchkey.said() + second.said();
  expect(said).not.toMatch(/lks_[0-9A-Za-z]{16}_|eyJ[\w-]+\.eyJ/);
});
