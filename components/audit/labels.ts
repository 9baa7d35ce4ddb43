import type { EventType } from "@/lib/audit/events";
import { typeToday } from "@/lib/audit/rules";
import type { Finding } from "@/lib/audit/schema";

type Group = EventType extends `${infer Head}.${string}` ? Head : never;

/** What the first half of a type stands for. */
const GROUPS: Readonly<Record<Group, string>> = {
  tenant: "Tenants",
  admin: "People",
  setup_link: "Set-up links",
  api_client: "API clients",
  machine: "Machines",
  secret: "Client secrets",
  key: "Public keys",
  credential: "Client secrets and keys",
  rotation: "Rotations",
  successor: "Secrets and keys handed over",
  token: "Access tokens",
  session: "Hosts",
  sessions: "List of robots",
  process: "Processes",
  job: "Jobs",
  asset: "Assets",
  signing_key: "Signing keys",
  webhook: "Webhooks",
  stored_data: "Stored data",
  app_secret: "APP_SECRET",
  audit: "Audit record",
};

const groupLabel = (group: string) => (GROUPS as Readonly<Record<string, string>>)[group] ?? group;

/** @returns `Machines: deleted`; for `machine` alone, `Machines: all` */
export function kindLabel(kind: string): string {
  const [group = "", deed = "all"] = kind.split(".");
  return `${groupLabel(group)}: ${deed.replaceAll("_", " ")}`;
}

/** @returns the choices of the filter: each type that the record holds, and each kind with several of them as a whole */
export function kindOptions(written: readonly string[]): { value: string; label: string }[] {
  const types = [...new Set(written.map(typeToday))];
  const groups = types.map((type) => type.split(".")[0] ?? "");
  const several = new Set(groups.filter((group, index) => groups.indexOf(group) !== index));
  const options = [...several, ...types].map((value) => ({ value, label: kindLabel(value) }));
  const rank = ({ value }: { value: string }) => (value.includes(".") ? 1 : 0);
  return options.sort((a, b) => {
    const [one, other] = [a, b].map(({ value }) => groupLabel(value.split(".")[0] ?? ""));
    return (one ?? "").localeCompare(other ?? "") || rank(a) - rank(b) || a.label.localeCompare(b.label);
  });
}

/** What the walk along the chain found, for people. */
export const FINDINGS: Readonly<Record<Finding["kind"], string>> = {
  "event changed": "The event is not as it was written: somebody changed it.",
  "event removed": "The event is gone: somebody removed it.",
  "event not written by Latchkey":
    "Latchkey did not write this event, or it was changed within a second of its writing.",
  "event outside the chain": "The event has no place in the chain: somebody added it or took its link away.",
  "link changed or moved":
    "The link does not follow from the one before: somebody changed, moved or inserted it.",
  "links removed": "Links are missing from here on: somebody removed them.",
  "credential not written by Latchkey":
    "The row of this secret or key is not as Latchkey wrote it: somebody changed or added it. It is refused.",
  "credential deleted in the record":
    "The record says that this secret or key was deleted, and it is live: somebody put an earlier row back. Delete it again.",
  "credential not in the record": "Nobody issued this secret or key, as far as the record says.",
  "signing key withdrawn in the record":
    "The record says that this signing key was withdrawn, and it is not: somebody put an earlier row back. Withdraw it again.",
  "written under another key":
    "It was written under another APP_SECRET, so it cannot be checked with the one this server has.",
};
