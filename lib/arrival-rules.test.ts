import { describe, expect, test } from "vitest";
import { type ArrivalRules, judgeArrival, parseEmailDomains, parseRoles } from "./arrival-rules";

const ANYBODY: ArrivalRules = {
  emailDomains: null,
  trustsEmail: false,
  roleClaim: "groups",
  roles: null,
  defaultRole: null,
  tenantSlug: "default",
};
const ADA = { email: "ada@example.com", email_verified: true };
const ROLES: ArrivalRules["roles"] = new Map([
  ["rpa", "Operator"],
  ["boss", "Administrator"],
]);

describe("who comes in, and as what", () => {
  test.each<[string, object, Partial<ArrivalRules>, object]>([
    ["anybody whose email is verified", {}, {}, { isLetIn: true, email: ADA.email, role: null }],
    ["with the default role", {}, { defaultRole: "Viewer" }, { isLetIn: true, role: "Viewer" }],
    ["nobody without email", { email: undefined }, {}, { isLetIn: false, reason: "email" }],
    ["nobody whose email is none", { email: "ada" }, {}, { isLetIn: false, reason: "email" }],
    [
      "nobody whose email is not verified",
      { email_verified: false },
      {},
      { isLetIn: false, reason: "email" },
    ],
    [
      "unless the operator trusts it",
      { email_verified: undefined },
      { trustsEmail: true },
      { isLetIn: true },
    ],
    [
      "of the right domain",
      { email: "ada@EXAMPLE.com" },
      { emailDomains: ["example.com"] },
      { isLetIn: true },
    ],
    [
      "not of a part of it",
      { email: "ada@notexample.com" },
      { emailDomains: ["example.com"] },
      { isLetIn: false },
    ],
    [
      "not of one below it",
      { email: "ada@x.example.com" },
      { emailDomains: ["example.com"] },
      { isLetIn: false },
    ],
    [
      "by the last @",
      { email: '"ada@example.com"@evil.test' },
      { emailDomains: ["example.com"] },
      { isLetIn: false },
    ],
    [
      "as nothing by something nested deep",
      { groups: JSON.parse(`${"[".repeat(20_000)}${"]".repeat(20_000)}`) as unknown },
      { roles: ROLES },
      { isLetIn: false },
    ],
    ["as what the claim says", { groups: "rpa" }, { roles: ROLES }, { isLetIn: true, role: "Operator" }],
    [
      "as the highest of several",
      { groups: ["rpa", "boss"] },
      { roles: ROLES },
      { isLetIn: true, role: "Administrator" },
    ],
    [
      "of another claim",
      { roles: ["rpa"] },
      { roles: ROLES, roleClaim: "roles" },
      { isLetIn: true, role: "Operator" },
    ],
    [
      "nobody whom no rule knows",
      { groups: ["else"] },
      { roles: ROLES },
      { isLetIn: false, reason: "rules" },
    ],
    [
      "unless there is a default",
      { groups: [] },
      { roles: ROLES, defaultRole: "Viewer" },
      { isLetIn: true, role: "Viewer" },
    ],
    ["nobody by an odd claim", { groups: { rpa: true } }, { roles: ROLES }, { isLetIn: false }],
  ])("%s", (_, claims, rules, expected) => {
    expect(judgeArrival({ ...ADA, ...claims }, { ...ANYBODY, ...rules })).toMatchObject(expected);
  });
});

describe("how the operator writes the rules", () => {
  test("domains", () => {
    expect(parseEmailDomains(" Example.com, example.org ")).toEqual({
      value: ["example.com", "example.org"],
    });
    for (const text of ["", "example.com,", "ada@example.com", "com"]) {
      expect(parseEmailDomains(text), text).toHaveProperty("problem");
    }
  });

  test("roles by values", () => {
    const text = "cn=it,cn=x".replace(",", ";");
    expect(parseRoles(`admins=Administrator, ${text}=Operator`)).toEqual({
      value: new Map([
        ["admins", "Administrator"],
        ["cn=it;cn=x", "Operator"],
      ]),
    });
    for (const wrong of ["", "admins", "admins=Boss", "=Viewer", "a=Viewer,"]) {
      expect(parseRoles(wrong), wrong).toHaveProperty("problem");
    }
  });
});
