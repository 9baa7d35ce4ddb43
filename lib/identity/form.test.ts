import { describe, expect, test } from "vitest";
import { forAny } from "@/test/random";
import { formDecode, parseForm } from "./form";

const plain = (text: string) => (text.isWellFormed() ? text.replaceAll("\0", "") : "");

describe("form decoding", () => {
  test("gives back whatever was encoded, by either way of encoding", async () => {
    await forAny((values) => {
      const text = plain(values.text(40));
      expect(formDecode(encodeURIComponent(text))).toBe(text);
      expect(formDecode(new URLSearchParams({ x: text }).toString().slice(2))).toBe(text);
    }, 500);
  });

  test.each(["%", "%2", "%zz", "a%", "%ff", "%c0%80", "%ed%a0%80", "%e2%82", "%00", "\0", "a%00b"])(
    "refuses %j",
    (text) => expect(formDecode(text)).toBeNull(),
  );

  test("never throws and never lets a NUL or a lone surrogate out of an encoding", async () => {
    await forAny((values) => {
      const decoded = formDecode(values.text(40).toWellFormed());
      if (decoded !== null) expect(decoded.includes("\0") || !decoded.isWellFormed()).toBe(false);
    }, 1000);
  });
});

describe("a form body", () => {
  test("is read as the browser's own parser reads it, where both allow it", async () => {
    await forAny((values) => {
      const pairs = Array.from({ length: values.below(6) }, (_, at) => [`n${at}`, plain(values.text(12))]);
      const body = new URLSearchParams(pairs).toString();
      const filled = pairs.filter(([, value]) => value !== "");
      expect(parseForm(body)).toEqual({
        params: new Map(filled as [string, string][]),
        duplicate: null,
        repeated: [],
      });
    }, 300);
  });

  test("names a parameter that came twice, in whatever spelling and whether empty or not", () => {
    for (const body of ["a=1&a=1", "a=1&%61=2", "a&a", "a=&b=1&a=2", "=1&=2"]) {
      expect(parseForm(body)?.duplicate, body).not.toBeNull();
    }
    expect(parseForm("a=1&A=1")?.duplicate).toBeNull();
  });

  test("keeps what stands behind the first equals sign, and skips empty pairs", () => {
    expect(parseForm("&a=b=c==&&d=+%2B&")?.params).toEqual(
      new Map([
        ["a", "b=c=="],
        ["d", " +"],
      ]),
    );
  });

  test("never throws, whatever is sent", async () => {
    await forAny((values) => expect(() => parseForm(values.text(200))).not.toThrow(), 1000);
  });
});
