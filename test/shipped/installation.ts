import { log } from "@/lib/log";
import { runStops } from "@/lib/stopping";
import { freePort } from "@/server/database/embedded-postgres";
import type { Durability } from "@/server/database/postgres-watchdog";
import { startScratchPostgres } from "@/tools/scratch-postgres";
import { type Latchkey, startLatchkey } from "./process";

/** The shipped server on a database that this process shares, as a second process of the installation would. */
export type Installation = {
  readonly latchkey: Latchkey;
  /** Further server processes on the same database, each at an address of its own. */
  readonly others: readonly Latchkey[];
  /** What another process of the same installation must be given. */
  readonly env: Readonly<Record<string, string>>;
  /** Where `npm start` says that people and robots find it. */
  readonly origin: string;
  /** Where its first process listens. */
  readonly address: string;
  /** Ends PostgreSQL as a crash does; it is started again at once. */
  crashDatabase(): void;
  stop(): Promise<void>;
};

type InstallationOptions = {
  readonly processes?: number;
  readonly durability?: Durability;
  /** Where the first process listens; any free one otherwise. */
  readonly port?: number;
  /** What the operator sets besides. */
  readonly settings?: Readonly<Record<string, string>>;
};

/**
 * Starts it, and puts this process's environment in the same place: deeds of admins are then done here, with the product's
 * own commands, while robots talk to the other process.
 */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const { processes = 1, durability = "disposable", settings = {} } = options;
  const postgres = await startScratchPostgres(durability);
  const port = options.port ?? (await freePort());
  const address = `http://localhost:${port}`;
  const env = {
    DATABASE_URL: postgres.url,
    APP_SECRET: "the key that both processes of this installation share",
    ORIGIN: address,
    ...settings,
  };
  Object.assign(process.env, env);
  log.level = "silent";
  const latchkey = await startLatchkey({ port, env });
  await latchkey.ready();
  const others: Latchkey[] = [];
  for (let more = 1; more < processes; more += 1) {
    const other = await startLatchkey({ env });
    others.push(other);
    await other.ready();
  }
  return {
    latchkey,
    others,
    env,
    origin: env.ORIGIN,
    address,
    crashDatabase: () => postgres.crash(),
    async stop() {
      await runStops();
      for (const one of [latchkey, ...others]) await one.remove();
      await postgres.stop();
    },
  };
}
