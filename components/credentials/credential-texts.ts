import type { CredentialKind } from "@/lib/credentials/schema";

/** What the pages say of each kind of credential, so that one table and one dialog serve both. */
export const CREDENTIAL_TEXTS = {
  Secret: {
    headingId: "client-secrets",
    heading: "Client secrets",
    id: "Secret ID",
    one: "Secret",
    none: "No client secret.",
    full: (max: number) =>
      `This machine has ${max} live or disabled client secrets, and that is the most. Delete one to add another.`,
    edit: "Edit client secret",
    lostEdit: "The server did not answer. Load the page again to see whether the secret was saved.",
    lostRehearsal: "The server did not answer. Load the page again to see whether the deletion is rehearsed.",
    remove: "Delete client secret",
    question: "Delete this client secret?",
    last: "Delete the last secret: no robot can connect as this machine any more",
    lost: "The server did not answer. Load the page again to see whether the secret is deleted.",
    disable: "Disable this client secret?",
    disableLast: "Disable the last secret: no robot can connect as this machine until it is enabled again",
    lostDisable: "The server did not answer. Load the page again to see whether the secret is disabled.",
    lostRules: "The server did not answer. Load the page again to see which rules the secret has.",
    enable: "Enable this client secret?",
  },
  Key: {
    headingId: "keys",
    heading: "Keys",
    id: "Key ID",
    one: "Key",
    none: "No key. A robot that holds a private key needs no client secret: it signs, and nothing secret is sent.",
    full: (max: number) =>
      `This machine has ${max} live or disabled keys, and that is the most. Delete one to add another.`,
    edit: "Edit key",
    lostEdit: "The server did not answer. Load the page again to see whether the key was saved.",
    lostRehearsal: "The server did not answer. Load the page again to see whether the deletion is rehearsed.",
    remove: "Delete key",
    question: "Delete this key?",
    last: "Delete the last key: no robot can connect as this machine any more",
    lost: "The server did not answer. Load the page again to see whether the key is deleted.",
    disable: "Disable this key?",
    disableLast: "Disable the last key: no robot can connect as this machine until it is enabled again",
    lostDisable: "The server did not answer. Load the page again to see whether the key is disabled.",
    lostRules: "The server did not answer. Load the page again to see which rules the key has.",
    enable: "Enable this key?",
  },
} as const satisfies Record<CredentialKind, object>;
