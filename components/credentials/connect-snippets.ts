import type { AddedKey, IssuedSecret } from "@/lib/credentials/schema";

/** Where a robot finds this server, and the names it looks for. */
export function envFile(origin: string, issued: IssuedSecret): string {
  return [
    `LATCHKEY_URL=${origin}`,
    `LATCHKEY_CLIENT_ID=${issued.clientId}`,
    `LATCHKEY_CLIENT_SECRET=${issued.clientSecret}`,
    "",
  ].join("\n");
}

/** The file's name; the secret id says later which secret lies in it. */
export const envFileName = (issued: IssuedSecret) => `latchkey-${issued.secretId}.env`;

/**
 * Steps 4 to 7 of the flow by hand. The values come from the environment file and reach curl on its standard input
 * (`printf` is the shell's own), so that neither the shell's history nor the list of processes shows a secret.
 */
const buyingToken = (envFile: string) => `set -a; . ./${envFile}; set +a

TOKEN=$(printf 'user = "%s:%s"\\n' "$LATCHKEY_CLIENT_ID" "$LATCHKEY_CLIENT_SECRET" |
  curl -sS --fail-with-body --config - -d grant_type=client_credentials \\
    "$LATCHKEY_URL/api/identity/connect/token" |
  sed -E 's/.*"access_token": *"([^"]+)".*/\\1/')
`;

/** The same for an API client, which asks for the machines. */
export const adminCurlCommands = (envFile: string): string => `${buyingToken(envFile)}
printf 'header = "Authorization: Bearer %s"\\n' "$TOKEN" |
  curl -sS --fail-with-body --config - "$LATCHKEY_URL/api/admin/v1/machines"`;

/** Connects a host by hand. */
export function curlCommands(issued: IssuedSecret): string {
  return `${buyingToken(envFileName(issued))}
printf 'header = "Authorization: Bearer %s"\\n' "$TOKEN" |
  curl -sS --fail-with-body --config - --json "{\\"hostName\\":\\"$(hostname)\\"}" \\
    "$LATCHKEY_URL/api/orchestrator/sessions"`;
}

/** The private key's file; the key id says later which public key it belongs to. */
export const keyFileName = ({ keyId }: AddedKey) => `latchkey-${keyId}.pem`;
export const keyEnvFileName = ({ keyId }: AddedKey) => `latchkey-${keyId}.env`;

/** Where a robot finds this server, and its private key instead of a secret. */
export function keyEnvFile(origin: string, added: AddedKey): string {
  return [
    `LATCHKEY_URL=${origin}`,
    `LATCHKEY_CLIENT_ID=${added.clientId}`,
    `LATCHKEY_PRIVATE_KEY_FILE=${keyFileName(added)}`,
    `LATCHKEY_KEY_ID=${added.keyId}`,
    "",
  ].join("\n");
}
