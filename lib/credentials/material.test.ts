import { beforeAll, describe, expect, test } from "vitest";
import { forAny, type Random } from "@/test/random";
import { makeSecret, matchOf, type SecretMaterial, secretHint, secretIdOf, tombstoneOf } from "./material";

const BASE62 = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];

let secret: SecretMaterial;
beforeAll(() => {
  process.env.DATABASE_URL = "postgresql://nobody@localhost:1/none";
  secret = makeSecret();
});

describe("a new secret", () => {
  test("is selected whole by a double click and needs no encoding in a form", () => {
    for (let time = 0; time < 500; time += 1) {
      const { value } = makeSecret();
      expect(value).toMatch(/^lks_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/);
      expect(encodeURIComponent(value)).toBe(value);
    }
  });

  test("holds its public id, and 256 bits that never come twice", () => {
    const made = Array.from({ length: 2000 }, makeSecret);
    for (const { value, secretId } of made) expect(secretIdOf(value)).toBe(secretId);
    expect(new Set(made.map(({ secretId }) => secretId)).size).toBe(made.length);
    expect(new Set(made.map(({ value }) => value.slice(21, 64))).size).toBe(made.length);
    // Every character of the alphabet turns up at every place but the first of the number, which 256 bits do not fill.
    const last = new Set(made.map(({ value }) => value.charAt(63)));
    expect(last.size).toBe(62);
  });

  test("is stored as a keyed digest of 32 bytes, in which the value cannot be found", () => {
    expect(secret.digest).toHaveLength(32);
    expect(secret.digest.toString("latin1")).not.toContain(secret.value.slice(21, 40));
    expect(secret.pepperId).toMatch(/^[\da-f]{8}$/);
    expect(secretHint(secret.lastFour)).toBe(`lks_…${secret.value.slice(-4)}`);
  });
});

describe("garbage is refused without asking the database", () => {
  test("random text", async () => {
    await forAny((values) => expect(secretIdOf(values.text(80))).toBeNull(), 1000);
  });

  test("text of the right shape: one in 2^32 has the right checksum", async () => {
    const digits = (values: Random, length: number) =>
      Array.from({ length }, () => values.pick(BASE62)).join("");
    await forAny((values) => {
      expect(secretIdOf(`lks_${digits(values, 16)}_${digits(values, 49)}`)).toBeNull();
    }, 1000);
  });

  test("a real secret with any one character changed, lost, doubled or swapped with the next", () => {
    const { value } = secret;
    for (let at = 0; at < value.length; at += 1) {
      const [head, character, tail] = [value.slice(0, at), value.charAt(at), value.slice(at + 1)];
      const other = character === "a" ? "b" : "a";
      expect(secretIdOf(head + other + tail)).toBeNull();
      expect(secretIdOf(head + tail)).toBeNull();
      expect(secretIdOf(head + character + character + tail)).toBeNull();
      const swapped = head + tail.charAt(0) + character + tail.slice(1);
      if (swapped !== value) expect(secretIdOf(swapped)).toBeNull();
    }
  });

  test.each(["", " ", "\n"])("a real secret with %j around it", (around) => {
    const isPlain = around === "";
    expect(secretIdOf(`${secret.value}${around}`) !== null).toBe(isPlain);
    expect(secretIdOf(`${around}${secret.value}`) !== null).toBe(isPlain);
  });
});

describe("a stored digest", () => {
  test("fits its own secret and no other", () => {
    expect(matchOf(secret.value, secret, new Date())).toBe("digest");
    expect(matchOf(makeSecret().value, secret, new Date())).toBeNull();
    expect(matchOf(secret.value, makeSecret(), new Date())).toBeNull();
    expect(matchOf("", secret, new Date())).toBeNull();
  });

  test("made under another pepper fits nothing, and nothing fits where there is none", () => {
    expect(matchOf(secret.value, { ...secret, pepperId: "00000000" }, new Date())).toBeNull();
    expect(matchOf(secret.value, null, new Date())).toBeNull();
  });

  test("of a deleted secret is another one, by which the secret is known again and which is no digest of it", () => {
    const digest = tombstoneOf(secret, new Date());
    expect(matchOf(secret.value, { ...secret, digest }, new Date())).toBe("tombstone");
    expect(matchOf(makeSecret().value, { ...secret, digest }, new Date())).toBeNull();
    const again = tombstoneOf({ ...secret, digest }, new Date());
    expect(matchOf(secret.value, { ...secret, digest: again }, new Date())).toBeNull();
  });
});
