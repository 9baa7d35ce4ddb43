import type { Client } from "pg";
import { StartupError } from "@/server/lifecycle/startup-error";

type Place = {
  readonly is_there: boolean;
  readonly may_create: boolean | null;
  readonly has_tables: boolean;
  readonly elsewhere: string | null;
  readonly role: string;
  readonly database: string;
};

const PLACE = `
  SELECT here.oid IS NOT NULL AS is_there,
         has_schema_privilege(here.oid, 'CREATE') AND has_schema_privilege(here.oid, 'USAGE') AS may_create,
         to_regclass(format('%I._prisma_migrations', $1)) IS NOT NULL AS has_tables,
         (SELECT n.nspname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relname IN ('_prisma_migrations', 'signing_keys', 'audit_events') AND n.nspname <> $1
           GROUP BY n.nspname HAVING count(*) = 3 LIMIT 1) AS elsewhere,
         current_user::text AS role, current_database()::text AS database
    FROM (SELECT to_regnamespace(quote_ident($1)) AS oid) AS here`;

/**
 * Before tables are made or changed: whether the schema is there, is ours to write in, and is the one that holds Latchkey's tables.
 * @param schema what DATABASE_URL names
 * @throws StartupError with what to do about it.
 */
export async function requirePlaceForTables(client: Client, schema: string): Promise<void> {
  const { rows } = await client.query<Place>(PLACE, [schema]);
  const [place] = rows;
  if (!place) return;
  const { role, database, elsewhere } = place;
  if (!place.has_tables && elsewhere !== null) {
    const advice =
      elsewhere === "public"
        ? "Remove schema= from DATABASE_URL"
        : `Add ?schema=${elsewhere} to DATABASE_URL`;
    throw new StartupError(
      `The tables of Latchkey are in the schema "${elsewhere}" of the database "${database}", and DATABASE_URL means "${schema}". ${advice}, or use a database of its own.`,
    );
  }
  if (!place.is_there) {
    throw new StartupError(
      `The database "${database}" has no schema "${schema}", which DATABASE_URL names. Make it first: CREATE SCHEMA "${schema}" AUTHORIZATION "${role}".`,
    );
  }
  if (!place.may_create) {
    throw new StartupError(
      `The role "${role}" may not make tables in the schema "${schema}" of the database "${database}". Let it: GRANT ALL ON SCHEMA "${schema}" TO "${role}". Or name a schema of its own with ?schema= in DATABASE_URL.`,
    );
  }
}
