import { formatDay, formatInstant, formatNames, formatQuantity } from "@/lib/format";
import { pathsOf } from "@/lib/paths";
import { asPlainLine, shortened } from "@/lib/text";
import type { MailChoice, NamedCredential, Notice, RehearsedUse } from "./schema";

/** For how many days a notification is kept. */
export const KEPT_DAYS = 90;

/** How many days before its end a credential is told of. */
export const EXPIRY_MARKS_DAYS = [30, 14, 7, 1] as const;

/** So many refused token requests of a tenant within an hour are told of. */
export const FLOOD_REFUSALS = 1_000;

/**
 * What makes a notice the same thing as another one of its kind: of both the tenant is told once. A digest of many has the key of its first.
 * @returns the key
 */
export function keyOf(notice: Notice, now: Date): string {
  switch (notice.kind) {
    case "credential.expiring":
      return `${notice.days}:${notice.endsOn}`;
    case "credential.expired":
      return `${notice.credentials[0]?.credentialId}:${notice.credentials[0]?.expiresAt}`;
    case "credential.used_although":
      if (notice.state === "rehearsed") {
        const [first] = notice.uses;
        return `${notice.rehearsalId}:${first?.hostName ?? first?.address}`;
      }
      return `${notice.credentialId}:${notice.state}:${notice.on}`;
    case "machine.without_credential":
      return `${notice.machines[0]?.machineId}:${now.toISOString()}`;
    case "rotation.finished":
    case "rotation.stuck":
      return notice.rotationId;
    case "successor.taken_elsewhere":
      return `${notice.rotationId}:${notice.address}`;
    case "leak.reported":
      return `${notice.credentialId}:${notice.on}`;
    case "refusals.flood":
      return notice.hour;
    case "host.unresponsive":
      return `${notice.hosts[0]?.sessionId}:${notice.hosts[0]?.heartbeatAt}`;
    case "webhook.switched_off":
      return `${notice.webhookId}:${notice.switchedOffAt}`;
    case "signing_key.withdrawn":
      return notice.kid;
    case "chain.broken":
      return `${notice.chain}:${notice.sequence}:${notice.finding}`;
  }
}

/** Of what expires people choose the early warnings apart from those of the last week. */
const EARLY_DAYS = 7;

/** @returns what somebody must have chosen to be mailed it */
export const mailChoiceOf = (notice: Notice): MailChoice =>
  notice.kind === "credential.expiring" && notice.days > EARLY_DAYS
    ? "credential.expiring_early"
    : notice.kind;

/** What people read of a notice, wherever they do: plain text of one line each, and an address of the portal. */
export type Told = {
  /** What happened. Names are in quotation marks: people and robots chose them. */
  readonly sentence: string;
  /** What to do next. */
  readonly next: string;
  /** Where. */
  readonly path: string;
};

const WORDS = { Secret: "secret", Key: "key" } as const;
/** The beginning of a name: a sentence is no place for 450 characters. */
const short = (name: string) => `“${shortened(asPlainLine(name), 80)}”`;

const credentialOf = ({ credentialId, credentialName, credentialKind, machineName }: NamedCredential) =>
  `${WORDS[credentialKind]} ${credentialName === "" ? credentialId : `${short(credentialName)} (${credentialId})`} of ${short(machineName)}`;
const theCredential = (named: NamedCredential) => `The ${credentialOf(named)}`;

/** @returns the days in UTC, because what is told goes to many places */
const day = (iso: string) => `${formatDay(new Date(iso), "UTC")} (UTC)`;
const instant = (iso: string) => formatInstant(new Date(iso), "UTC");

const from = (address: string | null, hostName: string | null) =>
  `${address === null ? "" : ` from ${asPlainLine(address)}`}${hostName === null ? "" : `, where host ${short(hostName)} was last seen with it,`}`;

const hosts = (names: readonly string[], count: number) => {
  const named = names.slice(0, 3).map(short);
  const rest = count - named.length;
  return formatNames(rest > 0 ? [...named, formatQuantity(rest, "other")] : named);
};

/** `host “A” at 192.0.2.7, which runs “Close the month”`, or the first of many. */
function users({ uses, count }: { readonly uses: readonly RehearsedUse[]; readonly count: number }): string {
  const [one] = uses;
  if (count > 1) {
    const names = uses.map(({ hostName, address }) => hostName ?? address);
    return `${formatQuantity(count, "host or address", "hosts and addresses")}: ${hosts(names, count)}`;
  }
  const who = one?.hostName == null ? "a program" : `host ${short(one.hostName)}`;
  const runs = one && one.jobs.length > 0 ? `, which runs ${formatNames(one.jobs.map(short))}` : "";
  return `${who} at ${asPlainLine(one?.address ?? "")}${runs}`;
}

const USED_ALTHOUGH = {
  disabled: "although it is disabled",
  expired: "although it has expired",
  deleted: "although it is deleted",
} as const;

const LEAK_DONE = {
  disabled: "It is disabled.",
  rehearsed: "Its deletion is being rehearsed; it still works.",
  nothing: "It still works.",
} as const;

/**
 * The one place where notices become words: for the page, webhooks and mail alike.
 * @param tenantSlug of a tenant whose pages the reader may open
 */
export function tell(notice: Notice, tenantSlug: string): Told {
  const paths = pathsOf(tenantSlug);
  switch (notice.kind) {
    case "credential.expiring": {
      const [one] = notice.credentials;
      const within = formatQuantity(notice.days, "day");
      return notice.count === 1 && one
        ? {
            sentence: `${theCredential(one)} expires within ${within}, on ${instant(one.expiresAt)}.`,
            next: "Rotate it, or move its end",
            path: paths.machine(one.machineId),
          }
        : {
            sentence: `${formatQuantity(notice.count, "credential")} expire on ${day(notice.endsOn)}.`,
            next: "Rotate them, or move their ends",
            path: paths.overview,
          };
    }
    case "credential.expired": {
      const [one] = notice.credentials;
      return notice.count === 1 && one
        ? {
            sentence: `${theCredential(one)} has expired, on ${instant(one.expiresAt)}.`,
            next: "Look whether its hosts have another one",
            path: paths.machine(one.machineId),
          }
        : {
            sentence: `${formatQuantity(notice.count, "credential")} have expired.`,
            next: "Look whether their hosts have others",
            path: paths.overview,
          };
    }
    case "credential.used_although":
      if (notice.state === "rehearsed") {
        return {
          sentence: `${theCredential(notice)} was used although its deletion is being rehearsed, by ${users(notice)}.`,
          next: "Give them another credential, or cancel the rehearsal",
          path: paths.machine(notice.machineId),
        };
      }
      return {
        sentence: `${theCredential(notice)} was tried${from(notice.address, notice.hostName)} ${USED_ALTHOUGH[notice.state]}.`,
        next: "Find the host and give it another credential",
        path: `${paths.activity}?machine=${notice.machineId}`,
      };
    case "machine.without_credential": {
      const [one] = notice.machines;
      return notice.count === 1 && one
        ? {
            sentence: `${short(one.machineName)} has no live credential: no robot can connect as it.`,
            next: "Add a secret or a key, or delete the machine",
            path: paths.machine(one.machineId),
          }
        : {
            sentence: `${formatQuantity(notice.count, "machine")} have no live credential: no robot can connect as any of them.`,
            next: "Add secrets or keys, or delete the machines",
            path: paths.overview,
          };
    }
    case "rotation.finished":
      return {
        sentence: `${theCredential(notice)} has retired: ${formatQuantity(notice.hostsMoved, "host")} moved to ${notice.successorId ?? "keys of their own"}.`,
        next: "Look at the machine",
        path: paths.machine(notice.machineId),
      };
    case "rotation.stuck":
      return {
        sentence: `The rotation of the ${credentialOf(notice)} waits for ${formatQuantity(notice.count, "host")}: ${hosts(notice.hostNames, notice.count)}.${notice.latestEnd === null ? "" : ` The old one ends on ${instant(notice.latestEnd)} all the same.`}`,
        next: "Move these hosts, or cancel the rotation",
        path: paths.machine(notice.machineId),
      };
    case "successor.taken_elsewhere":
      return {
        sentence: `The successor of the ${credentialOf(notice)} was ${notice.credentialKind === "Key" ? "brought" : "fetched"}${notice.hostName === null ? "" : ` by host ${short(notice.hostName)}`} from ${asPlainLine(notice.address)}, an address that is new to that credential.`,
        next: "If that is none of yours, cancel the rotation and delete both",
        path: paths.machine(notice.machineId),
      };
    case "leak.reported":
      return {
        sentence: `${theCredential(notice)} was reported as leaked${from(notice.address, null)}${notice.foundAt === null ? "" : `, found at ${short(notice.foundAt)}`}. ${LEAK_DONE[notice.done]}${notice.count === 0 ? "" : ` It was in use by ${hosts(notice.hostNames, notice.count)}.`}`,
        next: "Rotate it",
        path: paths.machine(notice.machineId),
      };
    case "refusals.flood":
      return {
        sentence: `More than ${formatQuantity(notice.refused, "token request")} were refused in the hour from ${instant(notice.hour)}.`,
        next: "See who asks, and why they are refused",
        path: `${paths.activity}?outcome=Refused`,
      };
    case "host.unresponsive": {
      const names = notice.hosts.map(({ hostName }) => hostName);
      return {
        sentence: `${notice.count === 1 ? "Host" : "Hosts"} ${hosts(names, notice.count)} ${notice.count === 1 ? "does" : "do"} not answer any more.`,
        next: "See which hosts are unresponsive",
        path: `${paths.robots}?state=Unresponsive`,
      };
    }
    case "webhook.switched_off":
      return {
        sentence: `The webhook ${short(notice.webhookName)} is switched off: ${notice.lastAnsweredAt === null ? "it never took a delivery" : `it took nothing since ${instant(notice.lastAnsweredAt)}`}.`,
        next: "Mend the receiver, then switch it on",
        path: paths.settings,
      };
    case "signing_key.withdrawn":
      return {
        sentence: `The signing key ${notice.kid} was withdrawn by ${short(notice.by)}: ${formatQuantity(notice.liveTokens, "live token")} ended.`,
        next: "Look at the signing keys",
        path: paths.settings,
      };
    case "chain.broken":
      return {
        sentence: `The audit record was changed behind Latchkey's back: ${notice.finding}${notice.sequence === null ? "" : ` at place ${notice.sequence}`}, ${formatQuantity(notice.findings, "finding")} in all.`,
        next: "Verify the record and read what was found",
        path: paths.audit,
      };
  }
}
