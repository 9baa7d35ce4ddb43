import { Client } from "pg";
import { databaseUrl } from "./world";

const GUARDS = ["audit_events_unchanged ON audit_events", "audit_links_unchanged ON audit_links"];

/**
 * Runs statements as somebody does who owns the database: with the guards of the audit record switched off, and on again.
 * @param statements one after the other, each with its values
 */
export async function tamper(...statements: readonly (readonly [sql: string, ...values: unknown[]])[]) {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const guards = async (verb: "DISABLE" | "ENABLE ALWAYS") => {
    for (const guard of GUARDS) {
      const [trigger, table] = guard.split(" ON ");
      await client.query(`ALTER TABLE ${table} ${verb} TRIGGER ${trigger}`);
    }
  };
  try {
    await client.query("BEGIN");
    await guards("DISABLE");
    for (const [sql, ...values] of statements) await client.query(sql, values);
    await guards("ENABLE ALWAYS");
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

/** Takes the whole record away, so that a test finds only its own events. */
export const forgetRecord = () =>
  tamper(["DELETE FROM audit_events"], ["DELETE FROM audit_links"], ["DELETE FROM audit_pending"]);
