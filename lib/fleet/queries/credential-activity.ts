import { listCredentialUses } from "@/lib/activity/queries";
import { credentialState } from "@/lib/credentials/rules";
import type { KeyView, SecretView } from "@/lib/credentials/schema";
import type { Ctx } from "@/lib/ctx";
import type { CredentialActivity } from "@/lib/fleet/schema";

/** How many hosts of a credential are named; the others are counted. */
const HOSTS_NAMED = 5;

type Hosts = { readonly credentialId: string; readonly hosts: string[]; readonly hostCount: number };

async function listHosts(ctx: Ctx, credentialIds: readonly string[]): Promise<Hosts[]> {
  return ctx.db.$queryRaw<Hosts[]>`
    SELECT credential_id AS "credentialId", count(*)::int AS "hostCount",
           (array_agg(host_name ORDER BY seen_at DESC))[1:${HOSTS_NAMED}::int] AS hosts
      FROM (SELECT credential_id, (array_agg(host_name ORDER BY heartbeat_at DESC))[1] AS host_name, max(heartbeat_at) AS seen_at
              FROM sessions
             WHERE tenant_id = ${ctx.actor.tenantId}::uuid AND credential_id = ANY(${[...credentialIds]}::text[])
             GROUP BY credential_id, host_key) host
     GROUP BY credential_id`;
}

type Credentials = { readonly secrets: readonly SecretView[]; readonly keys: readonly KeyView[] };

/** @returns how a machine's credentials are used, in the order they came in; of those that are over, only what was used */
export async function listCredentialActivity(
  ctx: Ctx,
  { secrets, keys }: Credentials,
): Promise<CredentialActivity[]> {
  const credentials = [
    ...secrets.map((secret) => ({ ...secret, kind: "Secret" as const, label: secret.name || secret.hint })),
    ...keys.map((key) => ({ ...key, kind: "Key" as const, label: key.name })),
  ];
  const ids = credentials.map(({ id }) => id);
  const [uses, hosts] = await Promise.all([listCredentialUses(ctx, ids), listHosts(ctx, ids)]);
  return credentials
    .map((credential) => {
      const { id: credentialId, kind, label } = credential;
      const seen = hosts.find((host) => host.credentialId === credentialId);
      return {
        isLive: credentialState(credential, ctx.now) === "Live",
        credentialId,
        kind,
        label,
        use: uses.find((use) => use.credentialId === credentialId) ?? null,
        hosts: seen?.hosts ?? [],
        hostCount: seen?.hostCount ?? 0,
      };
    })
    .filter(({ isLive, use }) => isLive || use !== null)
    .map(({ isLive: _isLive, ...activity }) => activity);
}
