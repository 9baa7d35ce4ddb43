import { type CredentialKind, LIVE_KEYS_MAX, LIVE_SECRETS_MAX } from "@/lib/credentials/schema";

/** What the pages say of each kind of credential, so that one table and one dialog serve both. */
export const CREDENTIAL_TEXTS = {
  Secret: {
    headingId: "client-secrets",
    heading: "Client secrets",
    id: "Secret ID",
    one: "Secret",
    none: "No client secret.",
    max: LIVE_SECRETS_MAX,
    full: `This machine has ${LIVE_SECRETS_MAX} live client secrets, and that is the most. Delete one to add another.`,
    remove: "Delete client secret",
    question: "Delete this client secret?",
    last: "Delete the last secret: no robot can connect as this machine any more",
    lost: "The server did not answer. Load the page again to see whether the secret is deleted.",
  },
  Key: {
    headingId: "keys",
    heading: "Keys",
    id: "Key ID",
    one: "Key",
    none: "No key. A robot that holds a private key needs no client secret: it signs, and nothing secret is sent.",
    max: LIVE_KEYS_MAX,
    full: `This machine has ${LIVE_KEYS_MAX} live keys, and that is the most. Delete one to add another.`,
    remove: "Delete key",
    question: "Delete this key?",
    last: "Delete the last key: no robot can connect as this machine any more",
    lost: "The server did not answer. Load the page again to see whether the key is deleted.",
  },
} as const satisfies Record<CredentialKind, object>;
