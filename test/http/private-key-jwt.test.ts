import { generateKeyPairSync } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { listKeys } from "@/lib/credentials/queries";
import type { UserActor } from "@/lib/ctx";
import { addKey } from "@/lib/machines/commands/add-key";
import { addSeconds } from "@/lib/time";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { ASSERTION_TYPE, addedKey, assertion, type RobotKey } from "@/test/keys";
import { forAny } from "@/test/random";
import { basic, connect, postForm, send, TOKEN_ENDPOINT } from "@/test/robot";
import {
  act,
  ask,
  logLines,
  newTenantAdmin,
  ORIGIN,
  type Provisioned,
  provisioned,
  unique,
} from "@/test/world";

const ISSUER = `${ORIGIN}/api/identity`;
const NOW = () => Math.floor(Date.now() / 1000);

let admin: UserActor;
let machine: Provisioned;
let key: RobotKey;

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  key = await addedKey(admin, machine);
});

const present = (client_assertion: string, more: Record<string, string> = {}) =>
  postForm({
    grant_type: "client_credentials",
    client_assertion_type: ASSERTION_TYPE,
    client_assertion,
    ...more,
  });

async function buy(assertionText: string): Promise<string> {
  const response = await present(assertionText);
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function expectRefused(assertionText: string, reason?: string): Promise<void> {
  logLines.length = 0;
  const response = await present(assertionText);
  expect([response.status, await response.json()]).toEqual([
    401,
    { error: "invalid_client", error_description: "Client authentication failed." },
  ]);
  if (reason !== undefined) expect(logLines.join("")).toContain(reason);
  // Assertions in the log would be credentials for as long as they live.
  if (assertionText.length > 20) expect(logLines.join("")).not.toContain(assertionText);
}

describe("RFC 7523 §2.2: a client authenticates by an assertion", () => {
  test.each(["ES256", "RS256", "PS256", "EdDSA", "Ed25519"])("signed with %s", async (algorithm) => {
    const own = await addedKey(admin, await provisioned(admin), algorithm);
    const token = await buy(await assertion(own, ISSUER));
    const me = await send("GET", "me", token);
    expect(await me.json()).toMatchObject({
      machine: { id: own.machine.machineId },
      credential: { id: own.keyId, kind: "Key" },
    });
  });

  test.each([
    ["the issuer", ISSUER],
    ["the token endpoint", `${ORIGIN}${TOKEN_ENDPOINT}`],
  ])("§3: for %s as its audience, alone or among others", async (_, audience) => {
    await buy(await assertion(key, audience));
    await buy(await assertion(key, "", { aud: ["https://elsewhere.test", audience] }));
  });

  test("without a kid, with the key's id or with its thumbprint", async () => {
    const [view] = await ask(admin, listKeys, { machineId: machine.machineId });
    for (const kid of [undefined, key.keyId, view?.thumbprint]) {
      await buy(await assertion(key, ISSUER, {}, { kid }));
    }
  });

  test("with any of several keys", async () => {
    const second = await addedKey(admin, machine, "RS256");
    for (const own of [key, second]) await buy(await assertion(own, ISSUER, {}, { kid: undefined }));
  });

  test("RFC 7521 §4.2: a client_id beside it must be the same", async () => {
    const right = await present(await assertion(key, ISSUER), { client_id: machine.clientId });
    expect(right.status).toBe(200);
    const wrong = await present(await assertion(key, ISSUER), { client_id: "somebody-else" });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: "invalid_request" }]);
  });

  test("also at the endpoints for introspection and revocation", async () => {
    const token = await buy(await assertion(key, ISSUER));
    for (const [endpoint, expected] of [
      ["introspect", 200],
      ["revocation", 200],
    ] as const) {
      const form = {
        token,
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await assertion(key, ISSUER),
      };
      expect((await postForm(form, {}, `/api/identity/connect/${endpoint}`)).status).toBe(expected);
    }
  });
});

describe("§3: an assertion that is not as it must be is invalid_client, whatever is wrong with it", () => {
  const changed = (claims: Record<string, unknown>, header = {}) => assertion(key, ISSUER, claims, header);
  test.each<[string, () => Promise<string>, string?]>([
    ["no issuer", () => changed({ iss: undefined })],
    ["another issuer", () => changed({ iss: "somebody-else" })],
    ["no subject", () => changed({ sub: undefined })],
    [
      "a subject that is no client",
      () => changed({ sub: "00000000-0000-4000-8000-000000000000" }),
      "unknown",
    ],
    ["a subject that is no id", () => changed({ sub: "' OR 1=1 --", iss: "' OR 1=1 --" })],
    ["no audience", () => changed({ aud: undefined })],
    ["another audience", () => changed({ aud: "https://elsewhere.test" })],
    ["the orchestrator as audience", () => changed({ aud: `${ORIGIN}/api/orchestrator` })],
    ["the audience with a slash behind", () => changed({ aud: `${ISSUER}/` })],
    ["no end", () => changed({ exp: undefined })],
    ["an end that has passed", () => changed({ exp: NOW() - 1 }), "expired"],
    ["an end that is now", () => changed({ exp: NOW() }), "expired"],
    ["an end more than five minutes ahead", () => changed({ exp: NOW() + 302 }), "5 minutes"],
    ["an end that is no number", () => changed({ exp: "soon" })],
    ["an end in microseconds", () => changed({ exp: (NOW() + 60) * 1e6 }), "5 minutes"],
    ["an end after all dates", () => changed({ exp: 1e300 }), "5 minutes"],
    ["an end before all dates", () => changed({ exp: -1e300 })],
    ["an issue in nanoseconds", () => changed({ iat: NOW() * 1e9 }), "in the future"],
    ["an issue after all dates", () => changed({ iat: 1e300 }), "in the future"],
    ["a beginning after all dates", () => changed({ nbf: 1e300 })],
    ["a beginning in the future", () => changed({ nbf: NOW() + 90 })],
    ["an issue in the future", () => changed({ iat: NOW() + 90 }), "in the future"],
    ["no jti", () => changed({ jti: undefined })],
    ["an empty jti", () => changed({ jti: "" })],
    ["a jti of a kilobyte", () => changed({ jti: "j".repeat(1024) })],
    ["a kid of no key", () => changed({}, { kid: "0".repeat(16) })],
    ["a critical header", () => changed({}, { crit: ["x"], x: 1 })],
    ["the type of an access token", () => changed({}, { typ: "at+jwt" })],
    ["the type of a proof", () => changed({}, { typ: "dpop+jwt" })],
    ["garbage", async () => "garbage"],
    ["three parts of garbage", async () => "a.b.c"],
    ["padding behind", async () => `${await changed({})}=`],
    ["no signature", async () => (await changed({})).replace(/[^.]*$/, "")],
  ])("%s", async (_, make, reason) => {
    await expectRefused(await make(), reason);
  });

  test("signed by another key, also one whose public half it carries", async () => {
    const other = await generateKeyPair("ES256", { extractable: true });
    const stolen: RobotKey = { ...key, privateKey: other.privateKey };
    await expectRefused(await assertion(stolen, ISSUER), "no key of the client signed it");
    const jwk = await exportJWK(other.publicKey);
    await expectRefused(await assertion(stolen, ISSUER, {}, { jwk, kid: undefined }));
  });

  test("signed by the key of another client", async () => {
    const stranger = await addedKey(admin, await provisioned(admin));
    await expectRefused(await assertion({ ...stranger, machine }, ISSUER, {}, { kid: undefined }));
  });

  test.each(["HS256", "HS512"])(
    "%s with the public key or the client's secret as the shared one",
    async (alg) => {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      for (const shared of [publicKey.export({ format: "pem", type: "spki" }), machine.clientSecret]) {
        const { clientId } = machine;
        const text = await new SignJWT({
          iss: clientId,
          sub: clientId,
          aud: ISSUER,
          jti: unique("jti"),
          exp: NOW() + 60,
        })
          .setProtectedHeader({ alg })
          .sign(Buffer.from(shared));
        await expectRefused(text, "its algorithm");
      }
    },
  );

  test.each(["none", "NONE"])("alg %s", async (alg) => {
    const [, payload] = (await changed({})).split(".");
    const header = Buffer.from(JSON.stringify({ alg })).toString("base64url");
    await expectRefused(`${header}.${payload}.`);
    await expectRefused(`${header}.${payload}.AAAA`);
  });

  test("an algorithm that the key is not for", async () => {
    const { publicKey, privateKey } = await generateKeyPair("PS256", { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), alg: "PS256" };
    const own = await provisioned(admin);
    const { keyId } = await act(admin, addKey, {
      machineId: own.machineId,
      name: "PS256 only",
      expiresAt: null,
      publicKey: JSON.stringify(jwk),
    });
    const ps: RobotKey = { machine: own, keyId, algorithm: "PS256", privateKey };
    await buy(await assertion(ps, ISSUER));
    const { privateKey: rs } = await generateKeyPair("RS256");
    await expectRefused(await assertion({ ...ps, algorithm: "RS256", privateKey: rs }, ISSUER));
  });
});

describe("§3: each jti is used once", () => {
  test("a second time it is refused", async () => {
    const text = await assertion(key, ISSUER);
    await buy(text);
    await expectRefused(text, "its jti was used before");
    await buy(await assertion(key, ISSUER, { jti: "same" }));
    await expectRefused(await assertion(key, ISSUER, { jti: "same", exp: NOW() + 90 }));
  });

  test("of ten at once one is served", async () => {
    const text = await assertion(key, ISSUER);
    const answers = await Promise.all(Array.from({ length: 10 }, () => present(text)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(9);
  });

  test("another client may use the same", async () => {
    const other = await addedKey(admin, await provisioned(admin));
    for (const own of [key, other]) await buy(await assertion(own, ISSUER, { jti: "the same for both" }));
  });

  test("one that was not signed right uses nothing up", async () => {
    const { privateKey } = await generateKeyPair("ES256");
    await expectRefused(await assertion({ ...key, privateKey }, ISSUER, { jti: "kept" }));
    await buy(await assertion(key, ISSUER, { jti: "kept" }));
  });
});

describe("RFC 6749 §2.3: one method a request", () => {
  test("an assertion and a secret", async () => {
    for (const [more, headers] of [
      [{ client_id: machine.clientId, client_secret: machine.clientSecret }, {}],
      [{}, basic(machine)],
    ] as const) {
      const form = {
        grant_type: "client_credentials",
        client_assertion_type: ASSERTION_TYPE,
        client_assertion: await assertion(key, ISSUER),
        ...more,
      };
      const response = await postForm(form, headers);
      expect([response.status, await response.json()]).toMatchObject([400, { error: "invalid_request" }]);
    }
  });

  test("an assertion without its type, a type without assertion, an unknown type", async () => {
    const text = await assertion(key, ISSUER);
    const forms = [
      [{ client_assertion: text }, 400, "invalid_request"],
      [{ client_assertion_type: ASSERTION_TYPE }, 400, "invalid_request"],
      [{ client_assertion: text, client_assertion_type: "urn:x" }, 401, "invalid_client"],
    ] as const;
    for (const [form, status, error] of forms) {
      const response = await postForm({ grant_type: "client_credentials", ...form });
      expect([response.status, await response.json()]).toMatchObject([status, { error }]);
    }
  });
});

describe("a key that is withdrawn", () => {
  test("buys nothing any more, and what it bought is refused at once; other keys go on", async () => {
    const own = await addedKey(admin, machine);
    const token = await buy(await assertion(own, ISSUER));
    const session = await connect(token, unique("host"));
    const { machineId } = machine;
    const cut = await act(admin, deleteCredential, {
      machineId,
      credentialId: own.keyId,
      confirmedLast: false,
    });
    expect(cut).toEqual({ disconnectedHosts: [session.hostName], stoppedJobs: 0 });
    await expectRefused(await assertion(own, ISSUER));
    expect((await send("GET", "me", token)).status).toBe(401);
    await buy(await assertion(key, ISSUER));
  });

  test("because its time is over is refused from that second on", async () => {
    const expiresAt = addSeconds(new Date(), 3600);
    const own = await addedKey(admin, await provisioned(admin), "ES256", { expiresAt });
    const token = await buy(await assertion(own, ISSUER));
    const payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
      exp: number;
    };
    expect(payload.exp * 1000).toBeLessThanOrEqual(expiresAt.getTime());
  });

  test("with its machine is refused too", async () => {
    const own = await addedKey(admin, await provisioned(admin));
    await act(admin, disableMachine, own.machine);
    await expectRefused(await assertion(own, ISSUER), "the machine is disabled");
  });
});

test("the last use of a key is known, by time and address", async () => {
  const own = await addedKey(admin, await provisioned(admin));
  await buy(await assertion(own, ISSUER));
  await expect
    .poll(async () => (await ask(admin, listKeys, own.machine))[0])
    .toMatchObject({ lastUsedAt: expect.any(Date), lastUsedAddress: "192.0.2.7" });
});

test("a mutated assertion is never more than a refusal, and lets nobody in", async () => {
  await forAny(async ({ below, text }) => {
    const good = await assertion(key, ISSUER);
    const at = below(good.length);
    const mutated = good.slice(0, at) + text(3) + good.slice(at + below(3));
    if (mutated === good) return;
    expect((await present(mutated)).status).toBeLessThan(500);
    expect((await present(mutated)).status).toBeGreaterThanOrEqual(400);
  }, 60);
});
