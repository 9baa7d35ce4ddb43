import { log } from "@/lib/log";
import { runStops } from "@/lib/stopping";
import { freePort } from "@/server/embedded-postgres";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { type Latchkey, startLatchkey } from "./process";

/** The shipped server on a database that this process shares, as a second process of the installation would. */
export type Installation = {
  readonly latchkey: Latchkey;
  /** What another process of the same installation must be given. */
  readonly env: Readonly<Record<string, string>>;
  /** Where `npm start` says that people and robots find it. */
  readonly origin: string;
  stop(): Promise<void>;
};

/**
 * Starts it, and puts this process's environment in the same place: deeds of admins are then done here, with the product's
 * own commands, while robots talk to the other process.
 * @param settings what the operator sets besides
 */
export async function startInstallation(
  settings: Readonly<Record<string, string>> = {},
): Promise<Installation> {
  const postgres = await startScratchPostgres();
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const env = {
    DATABASE_URL: postgres.url,
    APP_SECRET: "the key that both processes of this installation share",
    ORIGIN: origin,
    ...settings,
  };
  Object.assign(process.env, env);
  log.level = "silent";
  const latchkey = await startLatchkey({ port, env });
  await latchkey.ready();
  return {
    latchkey,
    env,
    origin,
    async stop() {
      await runStops();
      await latchkey.remove();
      await postgres.stop();
    },
  };
}
