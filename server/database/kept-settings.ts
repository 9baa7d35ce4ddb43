import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { StartupError } from "@/server/lifecycle/startup-error";
import { writeDurably } from "./durable-file";

const settingsSchema = z.object({
  /** Stands in for APP_SECRET when the operator set none. */
  appSecret: z.string().min(32),
  /** The one before, from the beginning of a change until nothing depends on it any more. */
  previousAppSecret: z.string().min(32).optional(),
  /** From then on client secrets stored under the one before are refused; ISO 8601 with zone. */
  previousAppSecretUntil: z.iso.datetime({ offset: true }).optional(),
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
 * @throws StartupError when the file is damaged.
 */
export function keptSettings(dataDir: string): KeptSettings {
  const file = fileOf(dataDir);
  if (!hasSettings(dataDir)) {
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
      throw new StartupError(
        `${file} is damaged, and without its secrets the database cannot be read. Put back a copy of that file from a backup.`,
      );
    }
    throw error;
  }
}

/** Whether Latchkey was started on that folder before. */
export function hasSettings(dataDir: string): boolean {
  return existsSync(fileOf(dataDir));
}

/** Writes `settings.json` of the data folder. */
export function keepSettings(dataDir: string, settings: KeptSettings): void {
  writeDurably(fileOf(dataDir), `${JSON.stringify(settings, null, 2)}\n`);
}

/**
 * A change of the kept secret: a new one, with the present one beside it. Where a change is under way it goes on with the same two.
 * @param until from then on client secrets under the one before are refused; undefined leaves that as it is
 */
export function withNewAppSecret(settings: KeptSettings, until: string | undefined): KeptSettings {
  return {
    ...settings,
    ...(settings.previousAppSecret === undefined && {
      appSecret: randomBytes(32).toString("base64url"),
      previousAppSecret: settings.appSecret,
    }),
    ...(until !== undefined && { previousAppSecretUntil: until }),
  };
}

/** The same without the secret before, once nothing depends on it. */
export function withoutPreviousAppSecret(settings: KeptSettings): KeptSettings {
  const { previousAppSecret: _secret, previousAppSecretUntil: _until, ...rest } = settings;
  return rest;
}

function fileOf(dataDir: string): string {
  return join(dataDir, "settings.json");
}
