import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeDurably } from "./durable-file";
import { Problem } from "./problem";

const settingsSchema = z.object({
  /** Stands in for APP_SECRET when the operator set none. */
  appSecret: z.string().min(32),
  databasePassword: z.string().min(20),
  /** Where the embedded database is when it cannot be in the data folder; chosen once, because another place later would look like an empty database. */
  databaseFolder: z.string().optional(),
  /** Set once the database was made: if its folder is missing after that, it was lost or moved, and must not be made anew. */
  databaseMade: z.boolean(),
});

/** What a data folder keeps between starts. */
export type KeptSettings = z.infer<typeof settingsSchema>;

/**
 * Reads `settings.json` of the data folder, made with new random secrets when it is missing. Only its owner may read it.
 *
 * @throws Problem when the file is damaged.
 */
export function keptSettings(dataDir: string): KeptSettings {
  const file = fileOf(dataDir);
  if (!existsSync(file)) {
    const made = {
      appSecret: randomBytes(32).toString("base64url"),
      databasePassword: randomBytes(32).toString("base64url"),
      databaseMade: false,
    };
    keepSettings(dataDir, made);
    return made;
  }
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw new Problem(
        `${file} is damaged, and without its secrets the database cannot be read. Put back a copy of that file from a backup.`,
      );
    }
    throw error;
  }
}

/** Writes `settings.json` of the data folder. */
export function keepSettings(dataDir: string, settings: KeptSettings): void {
  writeDurably(fileOf(dataDir), `${JSON.stringify(settings, null, 2)}\n`);
}

function fileOf(dataDir: string): string {
  return join(dataDir, "settings.json");
}
