import { openDatabase } from "@/lib/database-connection";
import type { Installation, Provisioned } from "./installation";
import { askAll } from "./load";
import { tokenRequest, tokenUrlOf } from "./requests";

type Machine = Provisioned["machines"][number];
export type SessionOfMachine = { readonly id: string; readonly hostName: string; readonly machine: Machine };

const INSERT = `
  INSERT INTO sessions (id, tenant_id, machine_id, credential_id, host_name, host_key, address, is_busy,
                        started_at, heartbeat_at, instance_id)
  SELECT gen_random_uuid(), $1, m.id, m.credential_id, 'host-' || n, 'host-' || n, '127.0.0.1', false, $5, $5, 'host-' || n
    FROM unnest($2::uuid[], $3::text[]) AS m (id, credential_id), generate_series(1, $4::int) n
  RETURNING id, machine_id || host_name AS key`;

/**
 * Connects so many hosts of each machine in one statement: by our own deeds it would take longer than what is measured.
 * @returns the first host of each machine, then the second of each, and so on
 */
export async function makeSessions(
  { admin, databaseUrl }: Installation,
  machines: readonly Machine[],
  hostsOfMachine: number,
  heardAt = new Date(),
): Promise<SessionOfMachine[]> {
  const client = await openDatabase(databaseUrl);
  const { rows } = await client.query<{ id: string; key: string }>(INSERT, [
    admin.tenantId,
    machines.map(({ machineId }) => machineId),
    machines.map(({ secretId }) => secretId),
    hostsOfMachine,
    heardAt,
  ]);
  await client.query("ANALYZE sessions");
  await client.end();
  const ids = new Map(rows.map(({ id, key }) => [key, id]));
  const hostNames = Array.from({ length: hostsOfMachine }, (_, index) => `host-${index + 1}`);
  return hostNames.flatMap((hostName) =>
    machines.map((machine) => ({ id: ids.get(machine.machineId + hostName) ?? "", hostName, machine })),
  );
}

/** @returns an access token for each of these, bought at the token endpoint; a machine may be there many times */
export async function buyTokens({ server }: Installation, machines: readonly Machine[]): Promise<string[]> {
  const buying = machines.map((machine) => tokenRequest(tokenUrlOf(server.url), machine));
  const bodies = (await askAll(server.port, buying, 200)) as { access_token: string }[];
  return bodies.map(({ access_token }) => access_token);
}
