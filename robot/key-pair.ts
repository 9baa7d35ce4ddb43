import { generateKeyPair, type KeyObject } from "node:crypto";
import { readFileSync, realpathSync, rmSync } from "node:fs";
import { promisify } from "node:util";
import { RobotEnd } from "./exit-codes";
import { type RobotKey, readPrivateKey } from "./private-key";
import { besideOf, codeOf, putInPlace, replaceFile, writeBeside } from "./replace-file";

/** A pair that the robot has made, in a file beside that of the key whose place it is to take. */
export type NextKey = RobotKey & {
  /** Has it take the place. @returns null when the key's file has it; else why not, for people */
  put(): string | null;
  /** Writes the one before back. */
  putBack(): void;
  /** Nothing came of it. */
  drop(): void;
};

const generate = promisify(generateKeyPair);

/** A pair of the same algorithm, the private half as text of the form that the old one has. */
async function textLike({ key, alg, text }: RobotKey): Promise<string> {
  const { modulusLength } = key.algorithm as Partial<RsaHashedKeyAlgorithm>;
  const pair =
    modulusLength !== undefined
      ? await generate("rsa", { modulusLength })
      : alg === "EdDSA"
        ? await generate("ed25519")
        : await generate("ec", { namedCurve: "P-256" });
  const made: KeyObject = pair.privateKey;
  return text.trimStart().startsWith("{")
    ? `${JSON.stringify({ ...made.export({ format: "jwk" }), alg })}\n`
    : made.export({ type: "pkcs8", format: "pem" }).toString();
}

/** What a robot has left that died before the pair had taken its place. */
async function leftBeside(beside: string, { alg, keyId }: RobotKey): Promise<RobotKey | null> {
  try {
    const left = await readPrivateKey(beside);
    return left.alg === alg && left.keyId !== keyId ? left : null;
  } catch (error) {
    if (error instanceof RobotEnd) return null;
    throw error;
  }
}

/**
 * Makes a pair that is to take the place of the key, and keeps it before anybody hears of it: whenever the robot dies, it finds it again.
 * @throws Error with the reason, for people, where the key's file could not be replaced
 */
export async function nextKeyOf(old: RobotKey): Promise<NextKey> {
  const path = realpathSync(old.file);
  const beside = besideOf(path, "next");
  let next = await leftBeside(beside, old);
  if (!next) {
    const text = await textLike(old);
    try {
      writeBeside(path, beside, text);
    } catch (error) {
      throw new Error(`${old.file} could not be replaced: ${codeOf(error)}`, { cause: error });
    }
    next = await readPrivateKey(beside);
  }
  const { text } = next;
  return {
    ...next,
    file: old.file,
    put() {
      try {
        if (readFileSync(path, "utf8") !== old.text) return `${old.file} has another one by now`;
        putInPlace(beside, path);
        return null;
      } catch (error) {
        return `${old.file} cannot be written: ${codeOf(error)}`;
      }
    },
    putBack() {
      if (readFileSync(path, "utf8") === text) replaceFile(path, old.text);
    },
    drop: () => rmSync(beside, { force: true }),
  };
}
