import type { Adapter, AdapterConstructor, AdapterPayload } from "oidc-provider";
import type { Pool } from "pg";

type Client = { readonly client_id: string };

const UPSERT = `INSERT INTO payloads VALUES ($1, $2, $3, now() + $4 * interval '1 second')
                ON CONFLICT (model, id) DO UPDATE SET payload = EXCLUDED.payload, expires_at = EXCLUDED.expires_at`;

/** @returns what oidc-provider keeps its models with: one table, whose every statement is prepared once a connection */
export async function postgresAdapter(pool: Pool, clients: readonly Client[]): Promise<AdapterConstructor> {
  await pool.query(`CREATE TABLE payloads (model text, id text, payload jsonb NOT NULL, expires_at timestamptz,
                                           PRIMARY KEY (model, id))`);
  const run = (name: string, text: string, values: readonly unknown[]) =>
    pool.query<{ payload: AdapterPayload }>({ name, text, values: [...values] });

  class PostgresAdapter implements Adapter {
    constructor(private readonly model: string) {}

    async upsert(id: string, payload: AdapterPayload, expiresInSeconds?: number): Promise<void> {
      await run("upsert", UPSERT, [this.model, id, payload, expiresInSeconds ?? null]);
    }

    find = (id: string) => this.findBy("id", id);
    findByUid = (uid: string) => this.findBy("payload->>'uid'", uid);
    findByUserCode = (userCode: string) => this.findBy("payload->>'userCode'", userCode);

    async consume(id: string): Promise<void> {
      const consumed = "payload || jsonb_build_object('consumed', extract(epoch FROM now())::bigint)";
      const text = `UPDATE payloads SET payload = ${consumed} WHERE model = $1 AND id = $2`;
      await run("consume", text, [this.model, id]);
    }

    async destroy(id: string): Promise<void> {
      await run("destroy", "DELETE FROM payloads WHERE model = $1 AND id = $2", [this.model, id]);
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      await run("revoke", "DELETE FROM payloads WHERE payload->>'grantId' = $1", [grantId]);
    }

    private async findBy(column: string, value: string): Promise<AdapterPayload | undefined> {
      const isLive = "(expires_at IS NULL OR expires_at > now())";
      const text = `SELECT payload FROM payloads WHERE model = $1 AND ${column} = $2 AND ${isLive}`;
      const { rows } = await run(`find ${column}`, text, [this.model, value]);
      return rows[0]?.payload;
    }
  }

  const store = new PostgresAdapter("Client");
  for (const client of clients) await store.upsert(client.client_id, { ...client });
  await pool.query("ANALYZE payloads");
  return PostgresAdapter;
}
