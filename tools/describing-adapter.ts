import { PrismaPg } from "@prisma/adapter-pg";
import { ColumnTypeEnum, type SqlQuery, type SqlResultSet } from "@prisma/driver-adapter-utils";
import type { QueryArrayConfig, QueryArrayResult } from "pg";

/** Object ids of PostgreSQL's types `"char"`, which its catalogues use and the adapter refuses, and `varchar`, which it takes. */
const INTERNAL_CHAR = 18;
const VARCHAR = 1043;

/**
 * The adapter for an engine that reads PostgreSQL's catalogues, as `diff` does: it passes columns of type `"char"` on as characters.
 */
export class DescribingPg extends PrismaPg {
  readonly #characters = new WeakMap<object, number[]>();

  override async connect(): ReturnType<PrismaPg["connect"]> {
    const adapter = await super.connect();
    const pool = adapter.underlyingDriver();
    const query = pool.query.bind(pool);
    const recording = async (config: QueryArrayConfig): Promise<QueryArrayResult> => {
      const result = await query(config);
      this.#characters.set(
        result.rows,
        result.fields.flatMap((field, column) => (field.dataTypeID === INTERNAL_CHAR ? [column] : [])),
      );
      for (const field of result.fields) if (field.dataTypeID === INTERNAL_CHAR) field.dataTypeID = VARCHAR;
      return result;
    };
    Object.assign(pool, { query: recording });

    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (sql: SqlQuery): Promise<SqlResultSet> => {
      const result = await queryRaw(sql);
      for (const column of this.#characters.get(result.rows) ?? [])
        result.columnTypes[column] = ColumnTypeEnum.Character;
      return result;
    };
    return adapter;
  }
}
