import { describe, expect, test } from "vitest";
import { eventStreamParser } from "@/robot/event-stream";
import { forAny } from "@/test/random";

const parse = (...pieces: string[]) => {
  const parser = eventStreamParser();
  return pieces.flatMap((piece) => parser(piece));
};

describe("the parser of event streams", () => {
  test("reads type, data and id, and passes comments over", () => {
    expect(parse(':\n\nid: 7\nevent: stop\ndata: {"jobId":"x"}\n\n: keep alive\n\n')).toEqual([
      { type: "stop", data: '{"jobId":"x"}', id: "7" },
    ]);
  });

  test("joins lines of data, keeps the last id, and calls an event without a type a message", () => {
    expect(parse("id: 1\ndata: a\ndata:b\n\ndata\n\n")).toEqual([
      { type: "message", data: "a\nb", id: "1" },
      { type: "message", data: "", id: "1" },
    ]);
  });

  test("an event that is cut off by the end never happened", () => {
    expect(parse("event: kill\ndata: {}\n")).toEqual([]);
  });

  test("a type without data is no event, and does not colour the next", () => {
    expect(parse("event: kill\n\ndata: x\n\n")).toEqual([{ type: "message", data: "x", id: "" }]);
  });

  test("a bare CR ends an event at once", () => {
    expect(parse("data: x\r\r")).toHaveLength(1);
  });

  test("gives the same however the text is cut, with each kind of line end", async () => {
    const text = "\uFEFFid: 1\nevent: ready\ndata: {}\n\n:\n\nid: 2\nevent: stop\ndata: é\ndata: ü\n\n";
    await forAny((random) => {
      const whole = text.replaceAll("\n", random.pick(["\n", "\r\n", "\r"]));
      const pieces: string[] = [];
      for (let at = 0; at < whole.length; at += pieces.at(-1)?.length ?? 0) {
        pieces.push(whole.slice(at, at + 1 + random.below(9)));
      }
      expect(parse(...pieces)).toEqual([
        { type: "ready", data: "{}", id: "1" },
        { type: "stop", data: "é\nü", id: "2" },
      ]);
    }, 300);
  });

  test("gives up on a line that never ends", () => {
    const parser = eventStreamParser();
    expect(() => {
      for (let round = 0; round < 10; round += 1) parser("x".repeat(64 * 1024));
    }).toThrow("too long");
  });
});
