import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { putSecret } from "@/robot/env-file";

const OLD = "lks_0000000000000000_old";
const NEW = "lks_1111111111111111_new";
const change = { name: "LATCHKEY_CLIENT_SECRET", before: OLD, after: NEW };

let folder: string;
beforeEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "latchkey-robot-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string, mode = 0o600, name = "robot.env"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

test.each([
  [
    "between comments and others",
    `# pair\nLATCHKEY_CLIENT_ID=id # ours\n\nLATCHKEY_CLIENT_SECRET=${OLD}\n#end\n`,
  ],
  ["with CRLF", `LATCHKEY_URL=http://x\r\nLATCHKEY_CLIENT_SECRET=${OLD}\r\nOTHER=1\r\n`],
  ["in double quotes, exported", `export LATCHKEY_CLIENT_SECRET="${OLD}" # made in May\n`],
  ["in single quotes with room", `  LATCHKEY_CLIENT_SECRET = '${OLD}'`],
  ["given twice", `LATCHKEY_CLIENT_SECRET=${OLD}\nA=b\nLATCHKEY_CLIENT_SECRET=${OLD}\n`],
  ["beside another name that ends alike", `X_LATCHKEY_CLIENT_SECRET=x\nLATCHKEY_CLIENT_SECRET=${OLD}`],
])("a secret %s is written anew, and nothing else", (_, text) => {
  const path = file(text, 0o640);
  expect(putSecret(path, change)).toBeNull();
  expect(readFileSync(path, "utf8")).toBe(text.replaceAll(OLD, NEW));
  expect(statSync(path).mode & 0o7777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(["robot.env"]);
  // Once more is nothing new, and back is the same deed.
  expect(putSecret(path, change)).toBeNull();
  expect(putSecret(path, { ...change, before: NEW, after: OLD })).toBeNull();
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a symbolic link stays one; what a robot left that died beside it does not", () => {
  mkdirSync(join(folder, "real"));
  const path = file(`LATCHKEY_CLIENT_SECRET=${OLD}\n`, 0o600, "real/robot.env");
  file(`LATCHKEY_CLIENT_SECRET=${NEW}`, 0o600, "real/.robot.env.new");
  const link = join(folder, "link.env");
  symlinkSync(path, link);
  expect(putSecret(link, change)).toBeNull();
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(path, "utf8")).toBe(`LATCHKEY_CLIENT_SECRET=${NEW}\n`);
  expect(readdirSync(join(folder, "real"))).toEqual(["robot.env"]);
});

test.each([
  ["which somebody has changed meanwhile", "LATCHKEY_CLIENT_SECRET=lks_another\n", /another one by now/],
  [
    "which also stands in a comment",
    `#LATCHKEY_CLIENT_SECRET=${OLD}\nLATCHKEY_CLIENT_SECRET=${OLD}`,
    /without changing more/,
  ],
  [
    "which also stands in another value",
    `OTHER="\nLATCHKEY_CLIENT_SECRET=${OLD}\n"\nLATCHKEY_CLIENT_SECRET=${OLD}`,
    /without changing more/,
  ],
])("a file is left alone %s", (_, text, why) => {
  const path = file(text);
  expect(putSecret(path, change)).toMatch(why);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test("a folder that may not be written leaves the file, and says why", () => {
  const text = `LATCHKEY_CLIENT_SECRET=${OLD}\n`;
  const path = file(text);
  const nobody = 65_534;
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    chownSync(path, nobody, nobody);
    chownSync(folder, nobody, nobody);
  }
  chmodSync(folder, 0o500);
  if (isRoot) process.seteuid?.(nobody);
  try {
    expect(putSecret(path, change)).toMatch(/cannot be written: EACCES$/);
    expect(readFileSync(path, "utf8")).toBe(text);
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(folder, 0o700);
  }
  expect(putSecret(join(folder, "none.env"), change)).toMatch(/cannot be written: ENOENT$/);
});

test("the owner stays, where another may write the file", () => {
  if (process.getuid?.() !== 0) return;
  const path = file(`LATCHKEY_CLIENT_SECRET=${OLD}\n`);
  chownSync(path, 65_534, 65_534);
  expect(putSecret(path, change)).toBeNull();
  expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_534 });
});
