import { expect, test } from "vitest";
import { forAny } from "@/test/random";
import { folded } from "./fold";

/** The ways one name may be written that must not make it another name. */
const spellings = (text: string) => [
  text.toUpperCase(),
  text.toLowerCase(),
  text.toUpperCase().toLowerCase(),
  text.normalize("NFD"),
  text.normalize("NFKD"),
  text.toUpperCase().normalize("NFC"),
  text.toLowerCase().normalize("NFD"),
  ` ${text}\t`,
];

test("every character of Unicode folds to the same in every case and spelling", () => {
  // Changes when casefolded, upper-cased or lower-cased; all other characters are their own only spelling.
  const changing = /\p{CWKCF}|\p{CWU}|\p{CWL}/u;
  const wrong: string[] = [];
  for (let code = 0; code < 0x11_0000; code += 1) {
    const character = String.fromCodePoint(code);
    if (!changing.test(character)) continue;
    const text = `a${character}b`;
    const key = folded(text);
    if (spellings(text).some((one) => folded(one) !== key)) wrong.push(character);
  }
  expect(wrong).toEqual([]);
});

test("folding twice is folding once, whatever the text", async () => {
  await forAny((values) => {
    const text = values.text(40);
    expect(folded(folded(text))).toBe(folded(text));
  }, 5000);
});

test("different names stay different", () => {
  const names = ["PC-1", "PC-2", "PC 1", "PC1", "PC_1", "ＰＣ-11", "pć-1", "pc-1ı"];
  expect(new Set(names.map(folded)).size).toBe(names.length);
});
