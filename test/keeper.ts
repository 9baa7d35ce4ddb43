import { Client } from "pg";
import { startEmbeddedDatabase } from "@/server/database/embedded-database";
import { StartupError } from "@/server/lifecycle/startup-error";

/**
 * A process that keeps the embedded database of a folder and writes one row after the other, saying so as soon as PostgreSQL has
 * acknowledged it. Tests kill it. With nothing to do it shuts down when its standard input ends.
 */
const [dataDir = "", work = ""] = process.argv.slice(2);
try {
  const database = await startEmbeddedDatabase(dataDir, (line) => console.log(`report ${line}`));
  console.log(`url ${database.url}`);
  process.stdin.resume().once("end", async () => {
    await database.stop();
    process.exit();
  });
  if (work === "write") await writeForEver(database.url);
} catch (error) {
  console.log(error instanceof StartupError ? `problem ${error.message}` : error);
  process.exit(1);
}

async function writeForEver(url: string): Promise<never> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query("CREATE TABLE IF NOT EXISTS acknowledged (id serial PRIMARY KEY)");
  for (;;) {
    const { rows } = await client.query<{ id: number }>(
      "INSERT INTO acknowledged DEFAULT VALUES RETURNING id",
    );
    console.log(`acknowledged ${rows[0]?.id}`);
  }
}
