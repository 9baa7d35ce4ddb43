import { beforeAll, describe, expect, test } from "vitest";
import { basic, postForm } from "@/test/robot";
import { newTenantAdmin, type Provisioned, provisioned } from "@/test/world";

const GRANT = "grant_type=client_credentials";

let machine: Provisioned;
beforeAll(async () => {
  machine = await provisioned(await newTenantAdmin());
});

describe("Basic credentials that cannot be read are an authentication that failed", () => {
  const encoded = (pair: string | Buffer) => Buffer.from(pair).toString("base64");
  test.each([
    ["no credentials at all", ""],
    ["the scheme alone", "Basic"],
    ["another scheme", "Bearer abc"],
    ["no colon", `Basic ${encoded("no-colon")}`],
    ["bad base64", "Basic !!!!"],
    ["base64url", "Basic YT-_"],
    ["more padding than there can be", "Basic YTpi==="],
    ["a non-canonical spelling (spare bits set)", "Basic YTpiYx=="],
    ["a length base64 cannot have", "Basic YTpiY"],
    ["broken percent-encoding", `Basic ${encoded("a%zz:b")}`],
    ["a percent sign at the end", `Basic ${encoded("a:b%")}`],
    ["percent-encoded bytes that are not UTF-8", `Basic ${encoded("a%ff:b")}`],
    ["an overlong UTF-8 spelling", `Basic ${encoded("%c0%80:b")}`],
    ["a NUL", `Basic ${encoded("a%00:b")}`],
    ["a bare NUL", `Basic ${encoded("a\0:b")}`],
    ["raw UTF-8", `Basic ${encoded("ä:b")}`],
    ["raw bytes that are not UTF-8", `Basic ${encoded(Buffer.from([0xff, 0x3a, 0xfe]))}`],
    ["an empty client id", `Basic ${encoded(":b")}`],
    ["an empty secret", `Basic ${encoded("a:")}`],
    ["two credentials", `Basic ${encoded("a:b")}, Basic ${encoded("a:b")}`],
  ])("%s", async (_, authorization) => {
    const response = await postForm(GRANT, { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect(await response.json()).toMatchObject({ error: "invalid_client" });
  });
});

test("good credentials in a base64 spelling that no encoder makes are refused: one secret, one spelling", async () => {
  const { authorization = "" } = basic(machine);
  expect(authorization).toMatch(/[A-Za-z0-9+/]=$/);
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const spare = digits.charAt(digits.indexOf(authorization.at(-2) ?? "") + 1);
  expect((await postForm(GRANT, { authorization })).status).toBe(200);
  expect((await postForm(GRANT, { authorization: `${authorization.slice(0, -2)}${spare}=` })).status).toBe(
    401,
  );
});
