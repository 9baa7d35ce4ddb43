import type { CredentialRow } from "@/lib/credentials/authentic";
import { CREDENTIAL_WORDS } from "@/lib/credentials/rules";
import type { CredentialKind, CredentialRefusal } from "@/lib/credentials/schema";
import type { MachineKind } from "@/lib/machines/schema";
import { type Networks, networksOf } from "@/lib/network";
import type { ClientAuthentication } from "@/lib/token-policy/schema";
import type { Audience } from "./addresses";
import { ADMIN_SCOPE } from "./scopes";

/** What tokens of a machine may be, as the machine says or else its tenant. */
export type TokenPolicy = {
  /** Null is what the installation says. */
  readonly lifetimeSeconds: number | null;
  /** None is all of them. */
  readonly scopes: readonly string[];
  readonly requiresDpop: boolean;
};

/** A credential with its machine and its tenant, as they are at one moment. */
export type CredentialWithMachine = {
  readonly credential: CredentialRow & { readonly thumbprint: string | null };
  readonly clientAuthentication: ClientAuthentication;
  readonly disabledAt: number | null;
  readonly deletedAt: number | null;
  readonly policy: TokenPolicy;
  /** Null is from anywhere. */
  readonly allowedFrom: Networks | null;
  readonly machine: {
    readonly id: string;
    readonly kind: MachineKind | "ApiClient";
    readonly clientId: string;
    readonly name: string;
  } & Readonly<Record<string, unknown>>;
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
};

const milliseconds = (column: string) => `round(extract(epoch FROM ${column}) * 1000)`;

// One text and not a column each: it is made by PostgreSQL and read by JSON.parse, both in less time than `pg` takes for so many columns.
export const CONTENT = `json_build_object(
  'id', c.id, 'tenantId', c.tenant_id, 'machineId', c.machine_id, 'kind', c.kind, 'digest', encode(c.digest, 'hex'),
  'pepperId', c.pepper_id, 'publicJwk', c.public_jwk, 'algorithms', c.algorithms, 'thumbprint', c.thumbprint,
  'expiresAt', ${milliseconds("c.expires_at")}, 'expiryCutAt', ${milliseconds("c.expiry_cut_at")},
  'revokedAt', ${milliseconds("c.revoked_at")}, 'mac', encode(c.mac, 'hex'), 'macKeyId', c.mac_key_id,
  'restrictions', CASE WHEN c.disabled_at IS NOT NULL OR c.purchases_max IS NOT NULL OR cardinality(c.allowed_addresses) > 0
    THEN json_build_array(${milliseconds("c.disabled_at")}, c.allowed_addresses, c.purchases_max) END,
  'clientAuthentication', COALESCE(m.client_authentication, t.client_authentication),
  'disabledAt', ${milliseconds("m.disabled_at")}, 'deletedAt', ${milliseconds("m.deleted_at")},
  'policy', json_build_object(
    'lifetimeSeconds', COALESCE(m.token_lifetime_seconds, t.token_lifetime_seconds),
    'scopes', CASE WHEN cardinality(m.allowed_scopes) > 0 THEN m.allowed_scopes ELSE t.allowed_scopes END,
    'requiresDpop', COALESCE(m.requires_dpop, t.requires_dpop)),
  'machine', json_build_object(
    'name', m.name, 'description', m.description, 'unattendedRuntimes', m.unattended_runtimes,
    'nonProductionRuntimes', m.non_production_runtimes, 'testingRuntimes', m.testing_runtimes,
    'processType', m.process_type, 'processCompatibility', m.process_compatibility, 'tags', m.tags,
    'id', m.id, 'kind', m.kind, 'clientId', m.client_id),
  'tenant', json_build_object('id', t.id, 'slug', t.slug, 'name', t.name))::text`;

/** Changes with each change of one of the three rows: the transactions that wrote them. */
export const VERSION = `c.xmin::text || '.' || m.xmin::text || '.' || t.xmin::text`;

// Credential, machine and tenant in one indexed read: this decides every token request and every call of a robot (DECISIONS.md, 2). The machine is
// found by its id alone: while its statistics are young, PostgreSQL would read all machines of the tenant for each.
export const TABLES = `credentials c JOIN machines m ON m.id = c.machine_id AND (m.tenant_id = c.tenant_id) IS TRUE
                                     JOIN tenants t ON t.id = m.tenant_id`;

const instant = (at: number | null) => (at === null ? null : new Date(at));
const bytes = (hex: string | null) => (hex === null ? null : Buffer.from(hex, "hex"));

/** @param content as {@link CONTENT} makes it */
export function readContent(content: string): CredentialWithMachine {
  const read = JSON.parse(content);
  const [disabledAt, allowedAddresses, purchasesMax] = read.restrictions ?? [null, [], null];
  return {
    credential: {
      id: read.id,
      tenantId: read.tenantId,
      machineId: read.machineId,
      kind: read.kind,
      digest: bytes(read.digest),
      pepperId: read.pepperId,
      publicJwk: read.publicJwk,
      algorithms: read.algorithms,
      thumbprint: read.thumbprint,
      expiresAt: instant(read.expiresAt),
      expiryCutAt: instant(read.expiryCutAt),
      revokedAt: instant(read.revokedAt),
      disabledAt: instant(disabledAt),
      allowedAddresses,
      purchasesMax,
      mac: Buffer.from(read.mac, "hex"),
      macKeyId: read.macKeyId,
    },
    clientAuthentication: read.clientAuthentication,
    disabledAt: read.disabledAt,
    deletedAt: read.deletedAt,
    policy: read.policy,
    allowedFrom: networksOf(allowedAddresses),
    machine: read.machine,
    tenant: read.tenant,
  };
}

/** A client whose credential may be used now. */
export type AuthenticatedClient = {
  readonly credentialId: string;
  readonly credentialKind: CredentialKind;
  readonly expiresAt: Date | null;
  readonly machineId: string;
  readonly machineName: string;
  readonly clientId: string;
  readonly tenantId: string;
  readonly policy: TokenPolicy;
  readonly allowedFrom: Networks | null;
  /** How many tokens it may buy; null is any number. */
  readonly purchasesMax: number | null;
  /** What it may know of itself. */
  readonly machine: CredentialWithMachine["machine"];
  readonly tenant: CredentialWithMachine["tenant"];
};

/** @returns the client that a row is of */
export const clientOf = ({
  credential,
  machine,
  tenant,
  policy,
  allowedFrom,
}: CredentialWithMachine): AuthenticatedClient => ({
  credentialId: credential.id,
  credentialKind: credential.kind,
  expiresAt: credential.expiresAt,
  machineId: machine.id,
  machineName: machine.name,
  clientId: machine.clientId,
  tenantId: tenant.id,
  // What a tenant says of scopes is about robots.
  policy: machine.kind === "ApiClient" ? { ...policy, scopes: [ADMIN_SCOPE] } : policy,
  allowedFrom,
  purchasesMax: credential.purchasesMax,
  machine,
  tenant,
});

/** @returns what the tokens of a client are for */
export const audienceOf = ({ machine }: Pick<AuthenticatedClient, "machine">): Audience =>
  machine.kind === "ApiClient" ? "admin" : "orchestrator";

/** @returns what a client may know of itself */
export function describeClient({ machine, tenant, credentialId, credentialKind }: AuthenticatedClient) {
  const { slug, name } = tenant;
  return { machine, tenant: { slug, name }, credential: { id: credentialId, kind: credentialKind } };
}

/** The word for records, and the sentence for the log. */
export type Why = { readonly word: CredentialRefusal; readonly reason: string };

export const TAMPERED: Why = {
  word: "credential_tampered",
  reason: "its row is not as Latchkey wrote it, or was written under an APP_SECRET that is not accepted",
};

export const deleted = ({ credential }: CredentialWithMachine): Why => ({
  word: "credential_deleted",
  reason: `the ${CREDENTIAL_WORDS[credential.kind]} is deleted`,
});

/** @returns why what may be used at this moment may not be used from there; null when it may */
export const whyNotFrom = (
  { allowedFrom }: Pick<CredentialWithMachine, "allowedFrom">,
  address: string | null,
): Why | null =>
  allowedFrom === null || (address !== null && allowedFrom.includes(address))
    ? null
    : { word: "address_not_allowed", reason: "it may not be used from this address" };

/** @param row one whose MAC was found right @returns why the credential may not be used now; null when it may */
export function whyNot(row: CredentialWithMachine, now: Date): Why | null {
  const { credential, clientAuthentication } = row;
  if (credential.revokedAt) return deleted(row);
  if (credential.expiresAt && credential.expiresAt <= now) {
    return {
      word: "credential_expired",
      reason: `the ${CREDENTIAL_WORDS[credential.kind]} has expired`,
    };
  }
  if (credential.disabledAt) {
    return {
      word: "credential_disabled",
      reason: `the ${CREDENTIAL_WORDS[credential.kind]} is disabled`,
    };
  }
  if (row.deletedAt !== null) return { word: "machine_deleted", reason: "the machine is deleted" };
  if (row.disabledAt !== null) return { word: "machine_disabled", reason: "the machine is disabled" };
  if (clientAuthentication === "Any" || clientAuthentication === credential.kind) return null;
  const kind = CREDENTIAL_WORDS[credential.kind];
  return { word: "credential_not_accepted", reason: `the machine does not accept a ${kind}` };
}
