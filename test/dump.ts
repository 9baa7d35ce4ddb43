import { Prisma } from "@/lib/generated/prisma/client";
import { prisma } from "./people";

/** Every row of every table as text, by table: what somebody who holds a backup can read. */
export async function dumpDatabase(): Promise<Record<string, string[]>> {
  const tables = await prisma().$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`;
  const dump: Record<string, string[]> = {};
  for (const { name } of tables) {
    const table = Prisma.raw(`"${name.replaceAll('"', '""')}"`);
    const rows = await prisma().$queryRaw<{ row: string }[]>`SELECT t::text AS row FROM ${table} t`;
    dump[name] = rows.map(({ row }) => row).sort();
  }
  return dump;
}
