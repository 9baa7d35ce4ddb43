import { expect, test } from "vitest";
import { isOwnSite, originOf } from "./own-site";

const OURS = "https://latchkey.example.com";
const nothing = { site: undefined, origin: undefined, host: "127.0.0.1:3000" };

test.each([
  [{}, true],
  [{ site: "same-origin" }, true],
  [{ site: "none" }, true],
  [{ site: "same-site" }, false],
  [{ site: "cross-site" }, false],
  [{ site: "same-origin, cross-site" }, false],
  [{ origin: OURS }, true],
  [{ origin: "http://127.0.0.1:3000" }, true],
  [{ origin: "https://wiki.example.com" }, false],
  [{ origin: "null" }, false],
  [{ site: "same-origin", origin: "https://wiki.example.com" }, false],
  [{ site: "same-site", origin: OURS }, false],
])("%j: %s", (said, isOurs) => {
  expect(isOwnSite({ ...nothing, ...said }, OURS)).toBe(isOurs);
});

test("what is no address is not taken for one", () => {
  expect(originOf("null")).toBeNull();
  expect(originOf("https://wiki.example.com")?.host).toBe("wiki.example.com");
});
