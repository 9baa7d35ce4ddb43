import pg from "pg";
import { prisma } from "@/test/people";

/** One statement as PostgreSQL got it. */
export type Sent = { readonly text: string; readonly values: readonly unknown[] };

let listening: Sent[] | null = null;

// Both ways to the database end here: Prisma's adapter and the short path.
const query = pg.Client.prototype.query;
Reflect.set(pg.Client.prototype, "query", function listened(this: pg.Client, ...args: unknown[]) {
  const [first, second] = args;
  const config = typeof first === "object" && first !== null ? first : { text: first };
  const values: unknown = Reflect.get(config, "values") ?? second;
  listening?.push({
    text: String(Reflect.get(config, "text")),
    values: Array.isArray(values) ? values : [],
  });
  return Reflect.apply(query, this, args);
});

/** @returns every statement that was sent while `work` ran, whatever became of it */
export async function statementsOf(work: () => Promise<unknown>): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  listening = sent;
  try {
    await work();
  } finally {
    listening = null;
  }
  return sent;
}

/** @returns the tables whose rows belong to a tenant, from the database itself */
export async function tenantTables(): Promise<string[]> {
  const rows = await prisma().$queryRaw<{ name: string }[]>`
    SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'tenant_id'`;
  return rows.map(({ name }) => name);
}

const NOT_AN_ALIAS =
  /^(?:where|on|set|join|left|inner|cross|order|group|limit|for|values|using|returning|as)$/i;

/** Where a statement names a table: by which name its columns are called there, and whether that name was chosen. */
function mentions(text: string, table: string): { name: string; isAlias: boolean }[] {
  const pattern = new RegExp(
    `\\b(?:FROM|JOIN|UPDATE|USING)\\s+(?:"public"\\.)?"?${table}"?(?![\\w"])(?:\\s+AS)?(?:\\s+"?(\\w+)"?)?`,
    "gi",
  );
  return [...text.matchAll(pattern)].map(([, alias]) =>
    alias === undefined || NOT_AN_ALIAS.test(alias)
      ? { name: table, isAlias: false }
      : { name: alias, isAlias: true },
  );
}

/** Whether the rows of a table, under the name it has in a statement, are held to a tenant. */
function isHeld(text: string, { name, isAlias }: { name: string; isAlias: boolean }): boolean {
  const column = `(?:"public"\\.)?"?${name}"?\\."?tenant_id"?`;
  const compared = new RegExp(
    // `x.tenant_id = …`, `… = x.tenant_id`, and Prisma's `(x.tenant_id, x.id) IN …`, in either order.
    `${column}\\s*(?:=|IN\\b)|=\\s*${column}|\\((?:[^()]*,)?\\s*${column}\\s*(?:,[^()]*)?\\)\\s*(?:=|IN\\b)|=\\s*\\((?:[^()]*,)?\\s*${column}\\s*(?:,[^()]*)?\\)`,
    "i",
  );
  if (compared.test(text)) return true;
  return !isAlias && /(?<![.\w"])"?tenant_id"?\s*(?:=|IN\b)/i.test(text);
}

/**
 * @param tables those whose rows belong to a tenant
 * @param tenantId of whoever acts
 * @returns what is wrong with the statement: the tables it reaches into without a condition on the tenant; empty when nothing is
 */
export function withoutTenant({ text, values }: Sent, tables: readonly string[], tenantId: string): string[] {
  const insert = /^\s*INSERT INTO (?:"public"\.)?"?(\w+)"?(?:\s+AS\s+\w+)?\s*\(([^)]*)\)/i.exec(text);
  const [, into = "", columns = ""] = insert ?? [];
  const isUnowned = insert !== null && tables.includes(into) && !/\btenant_id\b/.test(columns);
  const condition = text.slice(Math.max(0, text.search(/\b(?:WHERE|ON)\b/i)));
  const reached = tables.flatMap((table) =>
    mentions(text, table)
      .filter((mention) => !isHeld(condition, mention))
      .map(() => table),
  );
  // Prisma asks so for the other side of relations when there is none: nothing is found.
  const asksNothing = /"tenant_id" IN \(NULL\)/.test(text);
  const touches = tables.some((table) => mentions(text, table).length > 0 || table === into);
  // The condition must be about the tenant of whoever acts, so that tenant's id is among what was sent.
  const isForeign = touches && !asksNothing && !JSON.stringify(values).includes(tenantId);
  return [...(isUnowned ? [into] : []), ...reached, ...(isForeign ? ["the tenant's id was not sent"] : [])];
}
