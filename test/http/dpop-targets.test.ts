import { beforeAll, describe, expect, test } from "vitest";
import {
  askBoundToken,
  buyBoundToken,
  firstNonce,
  type Holder,
  newHolder,
  proof,
  resource,
} from "@/test/dpop";
import { basic, TOKEN_ENDPOINT } from "@/test/robot";
import { call, newTenantAdmin, ORIGIN, type Provisioned, provisioned } from "@/test/world";

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

const HOST = "latchkey.test";
const askWith = async (htu: unknown, target = TOKEN_ENDPOINT) =>
  (await askBoundToken(machine, proof(holder, { nonce, claims: { htu } }), target)).status;

describe("RFC 9449 §4.3 (9): the htu is the address, however it is spelled (RFC 3986 §6.2.2, §6.2.3)", () => {
  test.each([
    ["capital letters in scheme and host", `HTTPS://LATCHKEY.Test${TOKEN_ENDPOINT}`],
    ["the default port", `https://${HOST}:443${TOKEN_ENDPOINT}`],
    ["an empty port", `https://${HOST}:${TOKEN_ENDPOINT}`],
    ["an encoded letter", `${ORIGIN}/api/identity/connect/%74oken`],
    ["dot segments", `${ORIGIN}/api/./identity/x/../connect/token`],
    ["encoded dot segments", `${ORIGIN}/api/%2e/identity/x/%2E%2e/connect/token`],
    ["a query, which does not count", `${ORIGIN}${TOKEN_ENDPOINT}?a=b`],
    ["a fragment, which does not count", `${ORIGIN}${TOKEN_ENDPOINT}#a`],
  ])("%s", async (_, htu) => {
    expect(await askWith(htu)).toBe(200);
  });

  test("at a resource whose address has a query", async () => {
    const dpop = proof(holder, { nonce, token, method: "GET", path: resource("me") });
    const headers = { authorization: `DPoP ${token}`, dpop };
    expect((await call("GET", `${resource("me")}?page=2`, { headers })).status).toBe(200);
  });
});

describe("RFC 9449 §4.3 (9): another address is refused", () => {
  test.each([
    ["a trailing slash", `${ORIGIN}${TOKEN_ENDPOINT}/`],
    ["another path", `${ORIGIN}/api/identity/connect/revocation`],
    ["the path in capital letters", `${ORIGIN}${TOKEN_ENDPOINT.toUpperCase()}`],
    ["an encoded slash", `${ORIGIN}/api/identity/connect%2Ftoken`],
    ["a double slash", `${ORIGIN}//api/identity/connect/token`],
    ["a path parameter", `${ORIGIN}${TOKEN_ENDPOINT};a`],
    ["another scheme", `http://${HOST}${TOKEN_ENDPOINT}`],
    ["another host", `https://latchkey.test.evil.test${TOKEN_ENDPOINT}`],
    ["the host with a dot at its end", `https://${HOST}.${TOKEN_ENDPOINT}`],
    ["another port", `https://${HOST}:8443${TOKEN_ENDPOINT}`],
    ["a port that is none", `https://${HOST}:99999${TOKEN_ENDPOINT}`],
    ["a user in it", `https://user@${HOST}${TOKEN_ENDPOINT}`],
    ["a user that looks like the host", `https://${HOST}@evil.test${TOKEN_ENDPOINT}`],
    ["a path alone", TOKEN_ENDPOINT],
    ["the origin alone", ORIGIN],
    ["no scheme", `//${HOST}${TOKEN_ENDPOINT}`],
    ["a scheme without slashes, which browsers mend", `https:${HOST}${TOKEN_ENDPOINT}`],
    ["backslashes, which browsers mend", `https:\\\\${HOST}${TOKEN_ENDPOINT}`],
    ["a line break, which browsers drop", `${ORIGIN}/api/identity/connect/to\nken`],
    ["a blank before it", ` ${ORIGIN}${TOKEN_ENDPOINT}`],
    ["a stray %", `${ORIGIN}${TOKEN_ENDPOINT}%`],
    ["half a %", `${ORIGIN}${TOKEN_ENDPOINT}%7`],
    ["letters of another alphabet", `https://lаtchkey.test${TOKEN_ENDPOINT}`],
    ["a NUL", `${ORIGIN}${TOKEN_ENDPOINT}\0`],
    ["nothing", ""],
    ["a script", "javascript:alert(1)"],
  ])("%s", async (_, htu) => {
    expect(await askWith(htu)).toBe(400);
  });

  test.each([
    ["the published address", TOKEN_ENDPOINT, "/identity/connect/token"],
    ["the short one", "/identity/connect/token", TOKEN_ENDPOINT],
  ])("%s of the token endpoint takes proofs for itself, and not for the other", async (_, asked, other) => {
    expect(await askWith(`${ORIGIN}${asked}`, asked)).toBe(200);
    expect(await askWith(`${ORIGIN}${other}`, asked)).toBe(400);
  });

  test("the Host header and its like say nothing about the address", async () => {
    const ask = (htu: string) =>
      call("POST", `http://evil.test${TOKEN_ENDPOINT}`, {
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          host: "evil.test",
          "x-forwarded-host": "evil.test",
          ...basic(machine),
          dpop: proof(holder, { nonce, claims: { htu } }),
        },
        body: "grant_type=client_credentials",
      });
    expect((await ask(`http://evil.test${TOKEN_ENDPOINT}`)).status).toBe(400);
    expect((await ask(`${ORIGIN}${TOKEN_ENDPOINT}`)).status).toBe(200);
  });
});
