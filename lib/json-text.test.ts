import { describe, expect, test } from "vitest";
import { isJsonNumber, isKept, JSON_MAX_DEPTH, jsonFaults, readJson } from "./json-text";

const places = (text: string) => [...jsonFaults(text)].map(({ path }) => path.join("."));
const nested = (depth: number, open = "[", close = "]") => open.repeat(depth) + close.repeat(depth);

describe("a number is kept, or it is named", () => {
  test.each([
    "0",
    "-0",
    "1.10",
    "0.1",
    "1e2",
    "1E+2",
    "0.000001",
    "9007199254740992",
    "9007199254740992000e-3",
    "123456789012345680000",
    "1.7976931348623157e308",
    "5e-324",
    "0e999999999999",
    "0.30000000000000004",
  ])("%s is kept", (number) => {
    expect(isKept(number)).toBe(true);
    expect(Number(JSON.stringify(JSON.parse(number))) === Number(number)).toBe(true);
    expect(places(`{"n":${number}}`)).toEqual([]);
  });

  test.each([
    "9007199254740993",
    "-9007199254740993",
    "12345678901234567890",
    "0.1000000000000000055",
    "1e400",
    "-1e400",
    "1e-400",
    "9007199254740993e0",
    `${"1".repeat(400)}`,
  ])("%s is not", (number) => {
    expect(isKept(number)).toBe(false);
    expect(places(`{"a":[1,{"n":${number}}],"b":"${number}","c":${number}}`)).toEqual(["a.1.n", "c"]);
  });

  test("whatever JSON.stringify makes of a number is kept", () => {
    const bytes = new DataView(new ArrayBuffer(8));
    let seed = 1;
    for (let count = 0; count < 5_000; count += 1) {
      for (const half of [0, 4]) {
        seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32;
        bytes.setUint32(half, seed);
      }
      const number = bytes.getFloat64(0);
      if (Number.isFinite(number)) expect(isKept(JSON.stringify(number)), String(number)).toBe(true);
    }
  });
});

test("places are found behind strings with quotes, empty lists and empty objects", () => {
  const text = String.raw`{"a\"{":{},"b":[],"c\\":["]","\\",[{"d":[],"é\u0041":1e999}]]}`;
  expect(places(text)).toEqual([String.raw`c\.2.0.éA`]);
});

test("depth is measured without recursion, and the scan ends there", () => {
  expect(places(nested(JSON_MAX_DEPTH))).toEqual([]);
  expect(places(`{"a":1,"output":${nested(100_000)},"n":1e400}`)).toEqual(["output"]);
  expect(places(`{"output":${nested(100_000, '{"a":', "}").replace("}", "1}")}}`)).toEqual(["output"]);
});

test("a long number takes no long time", () => {
  for (const number of [`0.${"0".repeat(60_000)}1`, `1${"0".repeat(60_000)}1`, `1e-${"9".repeat(60_000)}`]) {
    expect(isKept(number)).toBe(false);
  }
});

test.each(["0x10", "1_0", " 1 ", "1 ", "Infinity", "NaN", "", "1.", ".5", "+1", "01", "1e", "--1", "1\n"])(
  "%j is no number of JSON",
  (text) => expect(isJsonNumber(text)).toBe(false),
);

test("typed JSON is read, or a sentence says what is wrong with it", () => {
  expect(readJson('{"n":1.50}')).toEqual({ ok: true, value: { n: 1.5 } });
  expect(readJson("{n:1}")).toMatchObject({ ok: false, message: expect.stringMatching(/not JSON/) });
  expect(readJson('{"n":9007199254740993}')).toMatchObject({ message: expect.stringMatching(/^n .+string/) });
  expect(readJson("1e400")).toMatchObject({ message: expect.stringMatching(/^This .+string/) });
  expect(readJson(nested(3_000))).toMatchObject({ message: expect.stringMatching(/60 deep/) });
});
