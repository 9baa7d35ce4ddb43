import { PrismaPg } from "@prisma/adapter-pg";
import { DriverAdapterError } from "@prisma/driver-adapter-utils";
import { DatabaseError } from "pg";

/**
 * The adapter for migrations. Prisma's own cuts a script at every semicolon, also inside a function's body or a comment; this one sends
 * it whole, so that PostgreSQL reads it, in one transaction: a migration that fails leaves nothing behind.
 */
export class ScriptPg extends PrismaPg {
  override async connect(): ReturnType<PrismaPg["connect"]> {
    const adapter = await super.connect();
    const pool = adapter.underlyingDriver();
    adapter.executeScript = async (script: string): Promise<void> => {
      try {
        await pool.query(script);
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        const { code = "", severity = "", message, detail, column, hint } = error;
        throw new DriverAdapterError({ kind: "postgres", code, severity, message, detail, column, hint });
      }
    };
    return adapter;
  }
}
