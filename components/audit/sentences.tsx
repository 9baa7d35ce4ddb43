import type { ReactNode } from "react";
import { API_CLIENT_SENTENCES } from "@/components/audit/api-client-sentences";
import { PEOPLE_SENTENCES } from "@/components/audit/people-sentences";
import { Id, Name, type Sentence, type Words } from "@/components/audit/sentence";
import { WEBHOOK_SENTENCES } from "@/components/audit/webhook-sentences";
import type { EventOf, EventType } from "@/lib/audit/events";
import { formatQuantity } from "@/lib/format";
import { isJobEndCode, jobEndText } from "@/lib/jobs/rules";
import { rotationEndText } from "@/lib/rotations/rules";
import { endText, isEndCode } from "@/lib/sessions/rules";

const CREDENTIAL_NAMES = { Secret: "client secret", Key: "public key" } as const;

const DELETED_BECAUSE: Readonly<Record<string, string>> = {
  "machine deleted": " with its machine",
  replaced: ", as its host has made another one",
};

const Successor = ({ id }: { id: string | null }) =>
  id === null ? "keys that its hosts bring" : <Id>{id}</Id>;

const REHEARSAL_ENDS = {
  cancelled: ", and kept it",
  ran_out: ": its time was over",
  deleted: ": it is deleted or has expired",
} as const;

/** What each event says after the name of who did it. An event without a sentence does not compile. */
const SENTENCES: { readonly [Type in EventType]: Sentence<Type> } = {
  "tenant.created": ({ name, slug }) => (
    <>
      created the tenant <Name>{name}</Name> (<Id>{slug}</Id>)
    </>
  ),
  "tenant.renamed": ({ before, after }) => (
    <>
      renamed the tenant <Name>{before}</Name> to <Name>{after}</Name>
    </>
  ),
  "tenant.edited": () => "changed the tenant’s settings",
  ...PEOPLE_SENTENCES,
  ...API_CLIENT_SENTENCES,
  "machine.provisioned": ({ machineId, name, kind }, { machine }) => (
    <>
      provisioned the {kind === "Template" ? "machine template" : "standard machine"}{" "}
      {machine(machineId, name)}
    </>
  ),
  "machine.edited": ({ machineId, after }, { machine }) => (
    <>edited the machine {machine(machineId, String(after.name))}</>
  ),
  "machine.disabled": ({ machineId, name }, { machine }) => (
    <>disabled the machine {machine(machineId, name)}</>
  ),
  "machine.enabled": ({ machineId, name }, { machine }) => (
    <>enabled the machine {machine(machineId, name)}</>
  ),
  "machine.deleted": ({ machineId, name }, { machine }) => (
    <>deleted the machine {machine(machineId, name)}</>
  ),
  "secret.issued": ({ machineId, secretId, name }, { machine }) => (
    <>
      issued the client secret <Id>{secretId}</Id> {name ? <Name>{name} </Name> : null}of {machine(machineId)}
    </>
  ),
  "secret.deleted": ({ machineId, secretId, reason }, { machine }) => (
    <>
      deleted the client secret <Id>{secretId}</Id> of {machine(machineId)}
      {DELETED_BECAUSE[reason] ?? null}
    </>
  ),
  "secret.expired": ({ machineId, secretId }, { machine }) => (
    <>
      found the client secret <Id>{secretId}</Id> of {machine(machineId)} expired, and cut what hung on it
    </>
  ),
  "key.added": ({ machineId, keyId, name }, { machine }) => (
    <>
      added the public key <Name>{name}</Name> (<Id>{keyId}</Id>) to {machine(machineId)}
    </>
  ),
  "key.deleted": ({ machineId, keyId, reason }, { machine }) => (
    <>
      deleted the public key <Id>{keyId}</Id> of {machine(machineId)}
      {DELETED_BECAUSE[reason] ?? null}
    </>
  ),
  "key.expired": ({ machineId, keyId }, { machine }) => (
    <>
      found the public key <Id>{keyId}</Id> of {machine(machineId)} expired, and cut what hung on it
    </>
  ),
  "credential.deleted": ({ machineId, credentialId, kind, reason }, { machine }) => (
    <>
      deleted the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)}
      {DELETED_BECAUSE[reason] ?? null}
    </>
  ),
  "credential.edited": ({ machineId, credentialId, kind }, { machine }) => (
    <>
      edited the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)}
    </>
  ),
  "credential.disabled": ({ machineId, credentialId, kind, reason }, { machine }) => (
    <>
      disabled the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)}
      {reason ? `: ${reason}` : null}
    </>
  ),
  "credential.enabled": ({ machineId, credentialId, kind }, { machine }) => (
    <>
      enabled the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)} again
    </>
  ),
  "credential.rules_changed": ({ machineId, credentialId, kind }, { machine }) => (
    <>
      changed the rules of use of the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)}
    </>
  ),
  "credential.expired": ({ machineId, credentialId, kind }, { machine }) => (
    <>
      found the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)} expired, and cut what
      hung on it
    </>
  ),
  "credential.rehearsal_started": ({ machineId, credentialId }, { machine }) => (
    <>
      began to rehearse the deletion of <Id>{credentialId}</Id> of {machine(machineId)}
    </>
  ),
  "credential.rehearsal_ended": ({ machineId, credentialId, outcome }, { machine }) => (
    <>
      ended the rehearsed deletion of <Id>{credentialId}</Id> of {machine(machineId)}
      {REHEARSAL_ENDS[outcome]}
    </>
  ),
  "rotation.started": ({ machineId, credentialId, successorId, kind }, { machine }) => (
    <>
      began to rotate the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)} to{" "}
      <Successor id={successorId} />
    </>
  ),
  "rotation.ended": ({ machineId, credentialId, successorId, code }, { machine }) => (
    <>
      ended the rotation of <Id>{credentialId}</Id> to <Successor id={successorId} /> of {machine(machineId)}:{" "}
      {rotationEndText(code)}
    </>
  ),
  "successor.brought": ({ machineId, credentialId, hostName }, { machine }) => (
    <>
      brought the new key <Id>{credentialId}</Id> of {machine(machineId)} for host <Name>{hostName}</Name>
    </>
  ),
  "successor.picked_up": ({ machineId, credentialId, hostName }, { machine }) => (
    <>
      fetched the new client secret <Id>{credentialId}</Id> of {machine(machineId)} for host{" "}
      <Name>{hostName}</Name>
    </>
  ),
  "credential.reported_leaked": ({ machineId, credentialId, kind, done, foundAt }, { machine }) => (
    <>
      showed the value of the {CREDENTIAL_NAMES[kind]} <Id>{credentialId}</Id> of {machine(machineId)} and
      reported it as leaked
      {foundAt ? (
        <>
          , found at <Name>{foundAt}</Name>
        </>
      ) : null}
      {{ disabled: ": it is disabled", rehearsed: ": its deletion is rehearsed", nothing: "" }[done]}
    </>
  ),
  "token.revoked": ({ machineId }, { machine }) => <>revoked an access token of {machine(machineId)}</>,
  "session.opened": ({ machineId, hostName, takenOver }, { machine }) => (
    <>
      connected the host <Name>{hostName}</Name> to {machine(machineId)}
      {takenOver ? ", taking over the connection under that name" : null}
    </>
  ),
  "session.ended": ({ machineId, hostName, code = "", reason }, { machine }) => (
    <>
      disconnected the host <Name>{hostName}</Name> from {machine(machineId)}:{" "}
      {isEndCode(code) ? endText(code, null) : reason}
    </>
  ),
  "sessions.removed": ({ count }) => `took ${formatQuantity(count, "dead host")} off the list of robots`,
  "process.added": ({ name }) => (
    <>
      added the process <Name>{name}</Name>
    </>
  ),
  "process.edited": ({ name }) => (
    <>
      edited the process <Name>{name}</Name>
    </>
  ),
  "process.deleted": ({ name }) => (
    <>
      deleted the process <Name>{name}</Name>
    </>
  ),
  "job.created": ({ process }) => (
    <>
      started a job of <Name>{process}</Name>
    </>
  ),
  "job.started": ({ process, hostName }) => (
    <>
      took a job of <Name>{process}</Name> for the host <Name>{hostName}</Name>
    </>
  ),
  "job.stop_asked": ({ process }) => (
    <>
      asked for the end of a job of <Name>{process}</Name>
    </>
  ),
  "job.kill_asked": ({ process }) => (
    <>
      ordered a job of <Name>{process}</Name> killed
    </>
  ),
  "job.ended": ({ process, state, code = "", endedBy = null, reason }) => (
    <>
      ended a job of <Name>{process}</Name> as {state}
      {isJobEndCode(code) ? `: ${jobEndText(code, endedBy)}` : null}
      {reason ? `: ${reason}` : null}
    </>
  ),
  "asset.added": ({ name, kind }) => (
    <>
      added the asset <Name>{name}</Name> ({kind})
    </>
  ),
  "asset.changed": ({ name, machineId, change }, { machine }) => (
    <>
      {change === "value removed" ? "removed the value" : "set the value"} of the asset <Name>{name}</Name>
      {machineId ? <> for {machine(machineId)}</> : null}
    </>
  ),
  "asset.deleted": ({ name }) => (
    <>
      deleted the asset <Name>{name}</Name>
    </>
  ),
  "app_secret.resealed": ({ what, count }) =>
    `encrypted the ${what} under the new APP_SECRET (${formatQuantity(count, "value")})`,
  "stored_data.authenticated": ({ signingKeys, credentials, assetValues }) =>
    `took over what an older version had stored and authenticated it (${formatQuantity(credentials, "secret or key", "secrets and keys")}, ${formatQuantity(assetValues, "asset value")}, ${formatQuantity(signingKeys, "signing key")})`,
  "signing_key.created": ({ kid, algorithm }) => (
    <>
      made the signing key <Id>{kid}</Id> ({algorithm})
    </>
  ),
  "signing_key.imported": ({ kid, algorithm }) => (
    <>
      imported the signing key <Id>{kid}</Id> ({algorithm})
    </>
  ),
  "signing_key.activated": ({ kid }) => (
    <>
      began to sign tokens with the key <Id>{kid}</Id>
    </>
  ),
  "signing_key.retired": ({ kid }) => (
    <>
      retired the signing key <Id>{kid}</Id>
    </>
  ),
  "signing_key.withdrawn": ({ kid, liveTokens }) => (
    <>
      withdrew the signing key <Id>{kid}</Id>, and with it {formatQuantity(liveTokens, "live token")}
    </>
  ),
  ...WEBHOOK_SENTENCES,
  "audit.exported": ({ format, filters }) => {
    const isFiltered = Object.values(filters).some((value) => value !== undefined);
    return `exported ${isFiltered ? "a part of the record" : "the whole record"} as ${format === "csv" ? "CSV" : "JSON Lines"}`;
  },
};

/** @returns what an event says, or its bare type where a later version of Latchkey wrote it */
export function sentenceOf(type: string, details: object, words: Words): ReactNode {
  if (!(type in SENTENCES)) return type;
  const say = SENTENCES[type as EventType] as Sentence<EventType>;
  return say({ ...details, type } as EventOf<EventType>, words);
}
