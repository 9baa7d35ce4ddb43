import { expect, test } from "vitest";
import { forAny } from "@/test/random";
import { OAuthError } from "./oauth-error";
import { grantedScopes, SCOPES } from "./scopes";

test("nothing asked means all that the client may have", () => {
  expect(grantedScopes(undefined)).toEqual(SCOPES);
  expect(grantedScopes("OR.Default")).toEqual(SCOPES);
});

test("any choice of scopes in any order, each any number of times, is granted exactly", async () => {
  await forAny((values) => {
    const asked = Array.from({ length: 1 + values.below(6) }, () => values.pick(SCOPES));
    expect(grantedScopes(asked.join(" "))).toEqual(SCOPES.filter((scope) => asked.includes(scope)));
  });
});

test("anything else is refused in the words of the RFC, never granted and never a surprise", async () => {
  await forAny((values) => {
    const asked = `${values.pick(["", "OR.Jobs ", "OR.Default "])}${values.text(20)}!`;
    expect(() => grantedScopes(asked)).toThrow(OAuthError);
  }, 500);
});
