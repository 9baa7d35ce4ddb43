/**
 * Everything the audit record can say. A deed adds its word here first; what stands in an event is read by people for
 * years, so it holds names beside ids, and never a secret's value.
 */
export type AuditEvent =
  | { readonly type: "tenant.created"; readonly slug: string; readonly name: string }
  | {
      readonly type: "tenant.renamed";
      readonly slug: string;
      readonly before: string;
      readonly after: string;
    }
  | {
      readonly type: "tenant.edited";
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: "admin.created";
      readonly adminId: string;
      readonly email: string;
      readonly role: string;
    }
  | { readonly type: "admin.signed_in"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.signed_out"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.sign_in_confirmed"; readonly adminId: string; readonly email: string }
  | {
      readonly type: "admin.sign_in_ended";
      readonly adminId: string;
      readonly email: string;
      readonly device: string;
    }
  | { readonly type: "admin.second_factor_set_up"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.second_factor_removed"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.recovery_codes_replaced"; readonly adminId: string; readonly email: string }
  | {
      readonly type: "admin.recovery_code_used";
      readonly adminId: string;
      readonly email: string;
      readonly left: number;
    }
  | { readonly type: "admin.bound_to_provider"; readonly adminId: string; readonly email: string }
  | { readonly type: "tenant.second_factor_required"; readonly isRequired: boolean }
  | { readonly type: "admin.password_changed"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.password_reset"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.reset_link_made"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.invited"; readonly email: string; readonly role: string }
  | { readonly type: "admin.invite_revoked"; readonly email: string; readonly role: string }
  | { readonly type: "admin.joined"; readonly adminId: string; readonly email: string; readonly role: string }
  | {
      readonly type: "admin.role_changed";
      readonly adminId: string;
      readonly email: string;
      readonly before: string;
      readonly after: string;
    }
  | {
      readonly type: "admin.manages_installation";
      readonly adminId: string;
      readonly email: string;
      readonly manages: boolean;
    }
  | { readonly type: "admin.disabled"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.enabled"; readonly adminId: string; readonly email: string }
  | {
      /** By mail, about this tenant. */
      readonly type: "admin.mail_chosen";
      readonly adminId: string;
      readonly email: string;
      readonly kinds: readonly string[];
    }
  | { readonly type: "admin.mail_tested"; readonly adminId: string; readonly email: string }
  | { readonly type: "admin.removed"; readonly adminId: string; readonly email: string }
  | {
      // Without a name where there is no such account: people type passwords into the wrong field.
      readonly type: "admin.sign_in_refused";
      readonly adminId?: string | undefined;
      readonly email?: string | undefined;
      readonly reason: "wrong password" | "wrong code" | "disabled" | "no such account" | "rules";
    }
  | { readonly type: "setup_link.made" }
  | {
      readonly type: "api_client.made";
      readonly machineId: string;
      readonly name: string;
      readonly clientId: string;
      readonly role: string;
      readonly managesInstallation: boolean;
      readonly mayConfirm: boolean;
    }
  | {
      readonly type: "api_client.edited";
      readonly machineId: string;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | { readonly type: "api_client.disabled"; readonly machineId: string; readonly name: string }
  | { readonly type: "api_client.enabled"; readonly machineId: string; readonly name: string }
  | { readonly type: "api_client.deleted"; readonly machineId: string; readonly name: string }
  | {
      readonly type: "machine.provisioned";
      readonly machineId: string;
      readonly name: string;
      readonly kind: string;
      readonly clientId: string;
    }
  | {
      readonly type: "machine.edited";
      readonly machineId: string;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | { readonly type: "machine.disabled"; readonly machineId: string; readonly name: string }
  | { readonly type: "machine.enabled"; readonly machineId: string; readonly name: string }
  | { readonly type: "machine.deleted"; readonly machineId: string; readonly name: string }
  | {
      readonly type: "secret.issued";
      readonly machineId: string;
      readonly secretId: string;
      readonly name: string;
      readonly expiresAt: Date | null;
    }
  | {
      readonly type: "secret.deleted";
      readonly machineId: string;
      readonly secretId: string;
      readonly reason: "deleted" | "machine deleted" | "replaced";
    }
  | { readonly type: "secret.expired"; readonly machineId: string; readonly secretId: string }
  | {
      readonly type: "key.added";
      readonly machineId: string;
      readonly keyId: string;
      readonly name: string;
      readonly thumbprint: string;
      readonly expiresAt: Date | null;
    }
  | {
      readonly type: "key.deleted";
      readonly machineId: string;
      readonly keyId: string;
      readonly reason: "deleted" | "machine deleted" | "replaced";
    }
  | { readonly type: "key.expired"; readonly machineId: string; readonly keyId: string }
  | {
      /** Before, each kind had a word of its own: `secret.deleted` and `key.deleted`, `secret.expired` and `key.expired`. */
      readonly type: "credential.deleted";
      readonly machineId: string;
      readonly credentialId: string;
      readonly kind: CredentialWord;
      readonly reason: "deleted" | "machine deleted" | "replaced";
    }
  | {
      readonly type: "credential.edited";
      readonly machineId: string;
      readonly credentialId: string;
      readonly kind: CredentialWord;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: "credential.rules_changed";
      readonly machineId: string;
      readonly credentialId: string;
      readonly kind: CredentialWord;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: "credential.disabled" | "credential.enabled";
      readonly machineId: string;
      readonly credentialId: string;
      readonly kind: CredentialWord;
      /** Why it is, or was, disabled. */
      readonly reason: string;
    }
  | {
      readonly type: "credential.expired";
      readonly machineId: string;
      readonly credentialId: string;
      readonly kind: CredentialWord;
    }
  | {
      readonly type: "credential.rehearsal_started";
      readonly machineId: string;
      readonly credentialId: string;
      readonly endsAt: Date;
    }
  | {
      readonly type: "credential.rehearsal_ended";
      readonly machineId: string;
      readonly credentialId: string;
      readonly outcome: "cancelled" | "ran_out" | "deleted";
    }
  | {
      readonly type: "rotation.started";
      readonly machineId: string;
      /** The one that gives way. */
      readonly credentialId: string;
      /** Null where each host brings a key of its own. */
      readonly successorId: string | null;
      readonly kind: CredentialWord;
      /** When it ends, at the latest where it does as soon as every host has moved. */
      readonly endsAt: Date;
      readonly retiresWhenMoved: boolean;
      readonly handsOver: boolean;
    }
  | {
      readonly type: "rotation.ended";
      readonly machineId: string;
      readonly credentialId: string;
      readonly successorId: string | null;
      readonly code: string;
    }
  | {
      /** A host made a pair in the place of its key, and brought the public half. */
      readonly type: "successor.brought";
      readonly machineId: string;
      /** The new one. */
      readonly credentialId: string;
      readonly rotationId: string;
      readonly sessionId: string;
      readonly hostName: string;
    }
  | {
      readonly type: "successor.picked_up";
      readonly machineId: string;
      /** The new one. */
      readonly credentialId: string;
      readonly rotationId: string;
      readonly sessionId: string;
      readonly hostName: string;
    }
  | {
      /** Somebody who is not signed in, and has the value: at the event's address. */
      readonly type: "credential.reported_leaked";
      readonly machineId: string;
      readonly credentialId: string;
      readonly kind: CredentialWord;
      readonly done: "disabled" | "rehearsed" | "nothing";
      /** What the report says of where it was found: a kind of place, and host and path. A stranger wrote it. */
      readonly source: string | null;
      readonly foundAt: string | null;
    }
  | {
      readonly type: "token.revoked";
      readonly machineId: string;
      readonly credentialId: string;
      readonly jti: string;
    }
  | {
      readonly type: "session.opened";
      readonly machineId: string;
      readonly credentialId: string;
      readonly sessionId: string;
      readonly hostName: string;
      readonly takenOver: boolean;
    }
  | {
      readonly type: "session.ended";
      readonly machineId: string;
      readonly credentialId: string;
      readonly sessionId: string;
      readonly hostName: string;
      readonly code?: string;
      /** In place of the code, in events from before there were codes. */
      readonly reason?: string;
    }
  | { readonly type: "process.added"; readonly processId: string; readonly name: string }
  | {
      readonly type: "process.edited";
      readonly processId: string;
      readonly name: string;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
      /** Inputs may hold anything, so the record does not keep them. */
      readonly isInputChanged: boolean;
    }
  | { readonly type: "process.deleted"; readonly processId: string; readonly name: string }
  | JobEvent
  | { readonly type: "asset.added"; readonly assetId: string; readonly name: string; readonly kind: string }
  | {
      readonly type: "asset.changed";
      readonly assetId: string;
      readonly name: string;
      readonly machineId?: string | undefined;
      /** A value is named as set or removed, never shown. */
      readonly change: "value set" | "value removed";
    }
  | { readonly type: "asset.deleted"; readonly assetId: string; readonly name: string }
  | { readonly type: "sessions.removed"; readonly count: number }
  | {
      /** What was encrypted under the previous APP_SECRET is now under the present one; keys are named, not shown. */
      readonly type: "app_secret.resealed";
      readonly what: string;
      readonly count: number;
      readonly fromKey: string;
      readonly toKey: string;
    }
  | {
      /** Rows from before they were authenticated were taken as they were, once. */
      readonly type: "stored_data.authenticated";
      readonly signingKeys: number;
      readonly credentials: number;
      readonly assetValues: number;
    }
  | {
      readonly type: "signing_key.created" | "signing_key.imported";
      readonly kid: string;
      readonly algorithm: string;
      /** From when on it signs; absent: it only verifies. */
      readonly activatesAt?: string;
    }
  | { readonly type: "signing_key.activated" | "signing_key.retired"; readonly kid: string }
  | { readonly type: "signing_key.withdrawn"; readonly kid: string; readonly liveTokens: number }
  | {
      /** By its host: the whole address may hold a token. */
      readonly type: "webhook.removed" | "webhook.switched_on" | "webhook.secret_rotated";
      readonly webhookId: string;
      readonly name: string;
    }
  | {
      readonly type: "webhook.switched_off";
      readonly webhookId: string;
      readonly name: string;
      readonly isGivenUp: boolean;
    }
  | {
      readonly type: "webhook.added";
      readonly webhookId: string;
      readonly name: string;
      readonly kinds: readonly string[];
    }
  | {
      readonly type: "webhook.edited";
      readonly webhookId: string;
      readonly name: string;
      readonly before: Readonly<Record<string, unknown>>;
      readonly after: Readonly<Record<string, unknown>>;
      readonly isAddressChanged: boolean;
    }
  | {
      readonly type: "webhook.tested";
      readonly webhookId: string;
      readonly name: string;
      readonly isTaken: boolean;
    }
  | {
      readonly type: "webhook.sent_again";
      readonly webhookId: string;
      readonly name: string;
      readonly kind: string;
    }
  | {
      readonly type: "audit.exported";
      readonly format: string;
      readonly filters: Readonly<Record<string, string | undefined>>;
    };

/** What happens to a job; with the machine and credential of the host that it runs on, once it does. */
export type JobEvent = { readonly jobId: string; readonly process: string } & Partial<OfHost> &
  (
    | { readonly type: "job.created" }
    | { readonly type: "job.started"; readonly hostName: string }
    | { readonly type: "job.stop_asked" }
    | { readonly type: "job.kill_asked" }
    | {
        readonly type: "job.ended";
        readonly state: string;
        readonly code?: string;
        readonly endedBy?: string | null;
        /** In place of the code, in events from before there were codes. */
        readonly reason?: string;
      }
  );

type OfHost = { readonly machineId: string; readonly credentialId: string };

export type EventType = AuditEvent["type"];
type Of<Event, Type> = Event extends { readonly type: infer Types }
  ? Type extends Types
    ? Event
    : never
  : never;
export type EventOf<Type extends EventType> = Of<AuditEvent, Type>;

/** Events of the installation that concern every tenant, and stand in the list of each. */
export const SHARED_TYPES = [
  "app_secret.resealed",
  "stored_data.authenticated",
  "signing_key.created",
  "signing_key.imported",
  "signing_key.activated",
  "signing_key.retired",
  "signing_key.withdrawn",
] as const satisfies readonly EventType[];

/** What kind of credential an event is about. */
export type CredentialWord = "Secret" | "Key";
