import { describe, expect, test } from "vitest";
import { together } from "./together";

/** A statement whose end the test decides. */
type Statement = { readonly asked: readonly string[]; end(): void; fail(error: Error): void };

/** Asks through statements that wait for the test; each answer is its question in capitals. */
function line(asker?: (question: string) => string) {
  const statements: Statement[] = [];
  const started: (() => void)[] = [];
  const ask = together<string, string>({
    ask: (questions) =>
      new Promise((resolve, reject) => {
        const end = () => resolve(questions.map((question) => question.toUpperCase()));
        statements.push({ asked: questions, end, fail: reject });
        for (const tell of started.splice(0)) tell();
      }),
    isEverybodys: (error) => error instanceof Error && error.message === "away",
    ...(asker && { asker }),
  });
  /** @returns the statement of that number, once it is under way */
  async function statement(number: number): Promise<Statement> {
    for (;;) {
      const found = statements[number];
      if (found) return found;
      await new Promise<void>((resolve) => started.push(resolve));
    }
  }
  return { ask, statement, statements };
}

const names = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}${index}`);

test("what arrives while a statement is under way is asked together, by one that begins afterwards", async () => {
  const { ask, statement, statements } = line();
  const first = ask("a");
  const one = await statement(0);
  const later = [ask("b"), ask("c"), ask("b")];
  expect(statements).toHaveLength(1);
  one.end();
  expect(await first).toBe("A");
  const two = await statement(1);
  expect(two.asked).toEqual(["b", "c", "b"]);
  two.end();
  expect(await Promise.all(later)).toEqual(["B", "C", "B"]);
});

test("no statement has more than its share, and all are answered", async () => {
  const { ask, statement } = line();
  const answers = names(600, "q").map(ask);
  const sizes: number[] = [];
  for (const number of [0, 1, 2]) {
    const { asked, end } = await statement(number);
    sizes.push(asked.length);
    end();
  }
  expect(sizes).toEqual([256, 256, 88]);
  expect((await Promise.all(answers)).at(-1)).toBe("Q599");
});

describe("a statement that fails", () => {
  test("because of one question fails that one only", async () => {
    const { ask, statement } = line();
    const answers = Promise.allSettled(["a", "poison", "c"].map(ask));
    (await statement(0)).fail(new Error("no such value"));
    for (const number of [1, 2, 3]) {
      const { asked, end, fail } = await statement(number);
      expect(asked).toHaveLength(1);
      if (asked[0] === "poison") fail(new Error("no such value"));
      else end();
    }
    expect(await answers).toMatchObject([
      { status: "fulfilled", value: "A" },
      { status: "rejected", reason: { message: "no such value" } },
      { status: "fulfilled", value: "C" },
    ]);
  });

  test("because the database is away fails all that were in it, and nobody who came later", async () => {
    const { ask, statement, statements } = line();
    const lost = Promise.allSettled(["a", "b"].map(ask));
    const one = await statement(0);
    const later = ask("c");
    one.fail(new Error("away"));
    expect(await lost).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
    const two = await statement(1);
    expect(two.asked).toEqual(["c"]);
    two.end();
    expect(await later).toBe("C");
    expect(statements).toHaveLength(2);
  });
});

test("a slow statement lets a second one begin, and two slow ones no third", async () => {
  const { ask, statement, statements } = line();
  const slow = ask("a");
  const one = await statement(0);
  const second = ask("b");
  const two = await statement(1);
  const third = ask("c");
  one.end();
  expect(await slow).toBe("A");
  const three = await statement(2);
  expect(statements.map(({ asked }) => asked)).toEqual([["a"], ["b"], ["c"]]);
  three.end();
  two.end();
  expect(await Promise.all([second, third])).toEqual(["B", "C"]);
});

test("whoever asks a thousand things has another wait for one statement only", async () => {
  const { ask, statement } = line((question) => question.slice(0, 1));
  const busy = ask("b");
  const first = await statement(0);
  const many = names(1000, "m").map(ask);
  const other = ask("other");
  first.end();
  await busy;
  const next = await statement(1);
  expect(next.asked).toContain("other");
  next.end();
  expect(await other).toBe("OTHER");
  for (const number of [2, 3, 4]) (await statement(number)).end();
  expect((await Promise.all(many)).at(-1)).toBe("M999");
});
