import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { codeOf } from "@/robot/replace-file";
import { CommandEnd } from "./exit-codes";

/** @param path of a file; - is standard input */
export async function readText(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandEnd("usage", `${path} cannot be read (${codeOf(error)}).`);
  }
}

/** As `readText`, of JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  const said = await readText(path);
  try {
    return JSON.parse(said);
  } catch {
    throw new CommandEnd("usage", `${path === "-" ? "Standard input" : path} is not JSON.`);
  }
}
