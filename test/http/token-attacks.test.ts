import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { exportJWK, type JWTHeaderParameters, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import type { UserActor } from "@/lib/ctx";
import { currentSigningKey, type SigningKey } from "@/lib/identity/signing-keys";
import { forAny } from "@/test/random";
import { basic, buyToken, postForm, send } from "@/test/robot";
import { logLines, newTenantAdmin, type Provisioned, provisioned, sql } from "@/test/world";

/** What attackers of JWTs try (RFC 8725), each against a token that is good until it is touched. */
let admin: UserActor;
let machine: Provisioned;
let key: SigningKey;
let good: string;
let claims: Record<string, unknown>;

const json = (part: string | undefined) => JSON.parse(Buffer.from(part ?? "", "base64url").toString());
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const parts = () => good.split(".") as [string, string, string];

beforeAll(async () => {
  admin = await newTenantAdmin();
  machine = await provisioned(admin);
  key = await currentSigningKey(sql(), new Date());
  good = await buyToken(machine);
  claims = json(parts()[1]);
});

const accepted = async (token: string) => (await send("GET", "me", token)).status === 200;

/** Refused by the orchestrator (RFC 9068 §4), and not active by introspection either. */
async function expectRefused(token: string): Promise<void> {
  logLines.length = 0;
  const response = await send("GET", "me", token);
  expect([400, 401]).toContain(response.status);
  expect(logLines.filter((line) => token.length > 20 && line.includes(token))).toEqual([]);
  const form = { token };
  const answer = await postForm(form, basic(machine), "/api/identity/connect/introspect");
  expect(await answer.json()).toEqual({ active: false });
}

/** The claims of a good token under a header and a key of the attacker's choice. */
const signedBy = (privateKey: KeyObject | Uint8Array, header: JWTHeaderParameters) =>
  new SignJWT(claims).setProtectedHeader({ typ: "at+jwt", kid: key.kid, ...header }).sign(privateKey);

const theirs = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

test("the token is good before anybody touches it", async () => {
  expect(await accepted(good)).toBe(true);
});

describe("without a signature", () => {
  test.each(["none", "None", "NONE", "nOnE"])("alg %s (RFC 8725 §3.1)", async (alg) => {
    const [, payload, signature] = parts();
    const header = encoded({ alg, typ: "at+jwt", kid: key.kid });
    for (const last of ["", signature]) await expectRefused(`${header}.${payload}.${last}`);
  });

  test("with the signature cut off, emptied or halved", async () => {
    const [header, payload, signature] = parts();
    const cut = [
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, 43)}`,
    ];
    for (const token of cut) await expectRefused(token);
  });

  test("with a signature of zeros (CVE-2022-21449)", async () => {
    const [header, payload] = parts();
    await expectRefused(`${header}.${payload}.${Buffer.alloc(64).toString("base64url")}`);
  });
});

describe("key confusion (RFC 8725 §2.1)", () => {
  test.each(["HS256", "HS384", "HS512"])("%s with the public key as the shared secret", async (alg) => {
    const publicKey = createPublicKey(key.privateKey);
    const spellings = [
      publicKey.export({ format: "pem", type: "spki" }),
      publicKey.export({ format: "der", type: "spki" }),
      JSON.stringify(key.publicJwk),
    ];
    for (const spelling of spellings) await expectRefused(await signedBy(Buffer.from(spelling), { alg }));
  });

  test("another algorithm of the same family, with a key of its own", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    await expectRefused(await signedBy(privateKey, { alg: "ES384" }));
  });

  test.each(["RS256", "PS256"])("%s", async (alg) => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await expectRefused(await signedBy(privateKey, { alg }));
  });

  test("the right algorithm under somebody else's key", async () => {
    await expectRefused(await signedBy(theirs().privateKey, { alg: "ES256" }));
  });
});

describe("a header that says where to find the key (RFC 8725 §3.10)", () => {
  test("embedded as jwk", async () => {
    const { publicKey, privateKey } = theirs();
    const jwk = await exportJWK(publicKey);
    await expectRefused(await signedBy(privateKey, { alg: "ES256", jwk }));
    await expectRefused(
      await signedBy(privateKey, { alg: "ES256", jwk: { ...jwk, kid: key.kid }, kid: "jwk" }),
    );
  });

  test.each(["jku", "x5u"])("%s", async (name) => {
    await expectRefused(
      await signedBy(theirs().privateKey, { alg: "ES256", [name]: "https://evil.test/keys" }),
    );
  });

  test("x5c", async () => {
    await expectRefused(await signedBy(theirs().privateKey, { alg: "ES256", x5c: ["AAAA"] }));
  });

  test("a good signature with such a header is judged by our key alone", async () => {
    const jwk = await exportJWK(theirs().publicKey);
    expect(
      await accepted(await signedBy(key.privateKey, { alg: "ES256", jwk, jku: "https://evil.test" })),
    ).toBe(true);
  });

  test.each([
    "",
    "unknown",
    "../../../dev/null",
    "' OR 1=1 --",
    "x\0",
    "__proto__",
    "constructor",
    "9".repeat(10_000),
  ])("kid %j", async (kid) => {
    await expectRefused(await signedBy(theirs().privateKey, { alg: "ES256", kid }));
  });

  test("a kid that is no text", async () => {
    const [, payload, signature] = parts();
    for (const kid of [null, 1, true, {}, [], [key.kid]]) {
      await expectRefused(`${encoded({ alg: "ES256", typ: "at+jwt", kid })}.${payload}.${signature}`);
    }
  });
});

describe("critical headers that are not understood (RFC 7515 §4.1.11)", () => {
  test.each([
    ["crit names something", { crit: ["exp"], exp: 1 }],
    ["crit is empty", { crit: [] }],
    ["crit is no list", { crit: "b64" }],
    ["unencoded payload (RFC 7797)", { crit: ["b64"], b64: false }],
  ])("%s", async (_, extra) => {
    const header = encoded({ alg: "ES256", typ: "at+jwt", kid: key.kid, ...extra });
    const input = `${header}.${parts()[1]}`;
    const signature = sign("sha256", Buffer.from(input), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
    await expectRefused(`${input}.${signature.toString("base64url")}`);
  });
});

describe("the type (RFC 9068 §4, RFC 8725 §3.11)", () => {
  test.each(["JWT", "jwt", "id_token+jwt", "dpop+jwt", "client-authentication+jwt", "logout+jwt", ""])(
    "typ %j is another kind of token",
    async (typ) => {
      await expectRefused(await signedBy(key.privateKey, { alg: "ES256", typ }));
    },
  );

  test("no typ at all", async () => {
    await expectRefused(
      await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: key.kid }).sign(key.privateKey),
    );
  });
});

/** The order of P-256 (FIPS 186-4 D.1.2.3): with (r, s) also (r, order − s) is a signature. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function otherSignature(token: string): string {
  const [header, payload, signature] = token.split(".");
  const bytes = Buffer.from(signature ?? "", "base64url");
  const s = BigInt(`0x${bytes.subarray(32).toString("hex")}`);
  bytes.write((ORDER - s).toString(16).padStart(64, "0"), 32, "hex");
  return `${header}.${payload}.${bytes.toString("base64url")}`;
}

describe("another spelling", () => {
  const LAST = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  test("of base64url: unused bits, padding, the other alphabet, white space, none is let in", async () => {
    const [header, payload, signature] = parts();
    const last = LAST.indexOf(signature.at(-1) ?? "");
    const spelt = [
      ...[1, 2, 3].map((bits) => `${header}.${payload}.${signature.slice(0, -1)}${LAST[last | bits]}`),
      `${good}=`,
      `${good}==`,
      `${header}=.${payload}.${signature}`,
      `${header}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/")}${/[-_]/.test(signature) ? "" : "="}`,
      `${header}.${payload}.${signature}.`,
      `.${good}`,
    ];
    for (const token of spelt.filter((one) => one !== good)) await expectRefused(token);
  });

  test("of the signature in DER", async () => {
    const [header, payload] = parts();
    const der = sign("sha256", Buffer.from(`${header}.${payload}`), key.privateKey);
    await expectRefused(`${header}.${payload}.${der.toString("base64url")}`);
  });

  test("an equal signature of the same token does not slip past its revocation, for a token is known by its jti", async () => {
    const token = await buyToken(machine);
    const twin = otherSignature(token);
    expect(twin).not.toBe(token);
    expect(await accepted(twin)).toBe(true);
    const revoked = await postForm({ token: twin }, basic(machine), "/api/identity/connect/revocation");
    expect(revoked.status).toBe(200);
    for (const spelling of [token, twin]) await expectRefused(spelling);
  });
});

test("a token with any one bit flipped is refused", async () => {
  await forAny(async ({ below }) => {
    const bytes = Buffer.from(good);
    const at = below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(7));
    const token = bytes.toString("latin1");
    if (token === good || /[^\x21-\x7e]/.test(token)) return;
    expect([400, 401]).toContain((await send("GET", "me", token)).status);
  }, 200);
});

test("random text is never a token, and never more than a refusal", async () => {
  await forAny(async ({ text, below }) => {
    const token = Array.from({ length: below(4) }, () => Buffer.from(text(60)).toString("base64url")).join(
      ".",
    );
    expect([400, 401]).toContain((await send("GET", "me", token)).status);
  });
});
