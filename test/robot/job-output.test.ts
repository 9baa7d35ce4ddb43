import { describe, expect, test } from "vitest";
import { outputReader, type Progress, tail } from "@/robot/job-output";

function read(...pieces: string[]) {
  const progress: Progress[] = [];
  const reader = outputReader((one) => progress.push(one));
  for (const piece of pieces) reader.push(piece);
  const output = reader.end();
  return {
    output: output && "value" in output ? output.value : undefined,
    fault: output && "fault" in output ? output.fault : undefined,
    progress,
  };
}

describe("a child's standard output", () => {
  test("is the job's output as text when it says nothing else", () => {
    expect(read("hel", "lo\nworld\n")).toMatchObject({ output: "hello\nworld", progress: [] });
    expect(read().output).toBeUndefined();
  });

  test("gives way to the last line with an output, whatever that is", () => {
    expect(read('text\n{"output": 1}\n{"out', 'put": {"sum": 3}}\nmore').output).toEqual({ sum: 3 });
    expect(read('{"output": null}').output).toBeNull();
  });

  test("tells progress, as the server wants it: whole, between 0 and 100", () => {
    const { output, progress } = read(
      '{"progress": 12.6, "message": "a\\u0000b"}\n{"progress": -3}\n{"progress": 1e9, "message": 5}\n',
    );
    expect(progress).toEqual([{ progress: 13, message: "a\uFFFDb" }, { progress: 0 }, { progress: 100 }]);
    expect(output).toBeUndefined();
  });

  test("is not handed in where it would not get through", () => {
    const deep = `{"output": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    expect(read(deep)).toMatchObject({ output: undefined, fault: expect.stringMatching(/^output .+deep/) });
    for (const number of ["9007199254740993", "1e400"]) {
      const { fault } = read(`{"output": {"rows": [${number}]}}\n`);
      expect(fault).toMatch(/^output\.rows\.0 .+write it as a string/);
    }
    expect(read('{"output": 1e400}\n{"at": 1e400, "output": 1}').output).toBe(1);
  });

  test("JSON that means nothing here is text", () => {
    const line = '{"progress": "half"}';
    expect(read(`${line}\n{"progress\n`)).toMatchObject({ output: `${line}\n{"progress`, progress: [] });
  });

  test("is bounded: the end of it is kept", () => {
    const { output } = read(...Array.from({ length: 3000 }, (_, at) => `line ${at} ${"x".repeat(100)}\n`));
    expect(String(output)).toMatch(/^….*line 2999 x+$/s);
    expect(String(output).length).toBeLessThanOrEqual(16 * 1024);
    expect(String(read(...Array(500).fill("y".repeat(10_000))).output)).toMatch(/^…y{16000,16384}$/);
  });

  test("is text that a database keeps", () => {
    expect(tail("a\0b\ud800c", 100)).toBe("a\uFFFDb\uFFFDc");
    expect(tail("😀".repeat(10), 6).isWellFormed()).toBe(true);
  });
});
