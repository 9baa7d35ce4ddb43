import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { AdminClient } from "@/lib/admin-api/client";
import { deleteMachines } from "@/lib/admin-api/contract/bulk";
import { disableMachine, editMachine } from "@/lib/admin-api/contract/machines";
import { whoAmI } from "@/lib/admin-api/contract/self";
import { saveTokenDefaults } from "@/lib/admin-api/contract/settings";
import type { AnswerOf } from "@/lib/admin-api/operation";
import type { cutPreviewSchema } from "@/lib/admin-api/shapes";
import { type Change, type Difference, difference, sent } from "./diff";
import type { FleetFile } from "./file";
import { type MachineRow, type Present, readPresent } from "./present";

type Preview = AnswerOf<typeof cutPreviewSchema>;

/** Whom a change cuts. */
export type Cuts = {
  readonly hosts: readonly { readonly machine: string; readonly host: string }[];
  readonly jobs: readonly { readonly id: string; readonly process: string; readonly host: string }[];
};

export type Planned = { readonly change: Change; readonly cuts: Cuts };

export type Plan = {
  /** The id of the tenant. */
  readonly tenant: string;
  readonly planned: readonly Planned[];
  readonly others: Difference["others"];
  /** What deletes each part of the machines to delete, and no more than was there when this was made; only where it is to be applied. */
  readonly deletions: readonly Deletion[];
};

/** Machines that are deleted together, and the token of what that cuts. */
export type Deletion = { readonly machines: readonly MachineRow[]; readonly preview: string };

const NOBODY: Preview = { hosts: [], jobs: [] };

const narrowed = ({ hosts, jobs }: Preview, isMeant: (host: Preview["hosts"][number]) => boolean) => {
  const meant = hosts.filter(isMeant);
  const sessionIds = new Set(meant.map(({ sessionId }) => sessionId));
  return { hosts: meant, jobs: jobs.filter(({ sessionId }) => sessionIds.has(sessionId)) };
};

const joined = (one: Preview, { hosts, jobs }: Preview): Preview => ({
  hosts: [
    ...one.hosts,
    ...hosts.filter((host) => !one.hosts.some((own) => own.sessionId === host.sessionId)),
  ],
  jobs: [...one.jobs, ...jobs.filter((job) => !one.jobs.some((own) => own.jobId === job.jobId))],
});

/** How many machines are deleted at once. */
export const DELETED_AT_ONCE = 100;

/** @returns parts of at most so many */
export const parts = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, part) =>
    all.slice(part * size, (part + 1) * size),
  );

const isNamed = ({ fields }: Change, name: string) => fields.some(({ field }) => field === name);

/** The dry runs of one change. What is to be the tenant's way to authenticate counts as if it were that already. */
async function previewOf(client: AdminClient, change: Change, changes: readonly Change[]): Promise<Preview> {
  // Who deletes a machine cuts whom disabling it would cut.
  if (change.what === "machine" && change.action === "delete")
    return client.ask(disableMachine, { machineId: change.machine.id }, { dryRun: true });
  if (change.what === "machine" && change.action === "change") {
    const { id: machineId, isEnabled, revision } = change.machine;
    const defaults = changes.find(({ what }) => what === "tokenDefaults");
    const ofTenant = defaults?.what === "tokenDefaults" ? defaults.after.clientAuthentication : null;
    const details = {
      ...change.after,
      clientAuthentication: change.after.clientAuthentication ?? ofTenant,
    };
    const options = { dryRun: true, ifMatch: revision } as const;
    const saved = isNamed(change, "clientAuthentication")
      ? await client.ask(editMachine, sent({ machineId, ...details }), options)
      : NOBODY;
    const isDisabled = isEnabled && !change.isEnabled;
    return isDisabled
      ? joined(saved, await client.ask(disableMachine, { machineId }, { dryRun: true }))
      : saved;
  }
  if (change.what !== "tokenDefaults" || !isNamed(change, "clientAuthentication")) return NOBODY;
  const seen = sent({ defaults: change.after, seen: change.before });
  const following = await client.ask(saveTokenDefaults, seen, { dryRun: true });
  const others = new Set(
    changes.flatMap((other) => {
      if (other.what !== "machine" || other.action === "create") return [];
      const follows =
        other.action === "change" && other.isEnabled && other.after.clientAuthentication === null;
      return follows ? [] : [other.machine.id];
    }),
  );
  return narrowed(following, ({ machineId }) => !others.has(machineId));
}

function cutsOf({ hosts, jobs }: Preview, { machines }: Present): Cuts {
  const nameOf = (id: string) => machines.find((machine) => machine.id === id)?.name ?? id;
  return {
    hosts: hosts.map(({ machineId, hostName }) => ({ machine: nameOf(machineId), host: hostName })),
    jobs: jobs.map(({ jobId, processName, hostName }) => ({
      id: jobId,
      process: processName,
      host: hostName,
    })),
  };
}

async function holdDeletions(client: AdminClient, changes: readonly Change[]): Promise<Deletion[]> {
  const deleted = changes.flatMap((change) =>
    change.what === "machine" && change.action === "delete" ? [change.machine] : [],
  );
  const held: Deletion[] = [];
  for (const machines of parts(deleted, DELETED_AT_ONCE)) {
    const machineIds = machines.map(({ id }) => id);
    const { token } = await client.ask(deleteMachines, { machineIds }, { dryRun: true });
    held.push({ machines, preview: token });
  }
  return held;
}

/**
 * Finds out what a file would change, and whom that cuts.
 * @param isApplied whether somebody is to apply it, and not only to look
 * @throws CommandEnd `usage` with the lines of what the file wants and cannot have; as the client
 */
export async function makePlan(
  client: AdminClient,
  { fleet, refuse }: FleetFile,
  { isApplied = false } = {},
): Promise<Plan> {
  const { tenant } = await client.ask(whoAmI, {});
  const present = await readPresent(client, fleet);
  const { changes, others, faults } = difference(fleet, present);
  if (faults.length > 0) refuse(faults);
  // Before anybody is shown what it cuts: who comes between is shown, and not cut.
  const deletions = isApplied ? await holdDeletions(client, changes) : [];
  const planned: Planned[] = [];
  for (const change of changes) {
    const preview = await previewOf(client, change, changes);
    planned.push({ change, cuts: cutsOf(preview, present) });
  }
  return { tenant: tenant.id, planned, others, deletions };
}

const shownChange = z.object({
  what: z.string(),
  action: z.string(),
  name: z.string(),
  fields: z.array(z.object({ field: z.string(), before: z.unknown().optional(), after: z.unknown() })),
});

const shownSchema = z.object({
  version: z.literal(1),
  url: z.string(),
  tenant: z.string(),
  /** What an apply has left that was stopped. */
  unfinished: z.array(shownChange),
  changes: z.array(
    shownChange.extend({
      cuts: z.object({
        hosts: z.array(z.object({ machine: z.string(), host: z.string() })),
        jobs: z.array(z.object({ id: z.string(), process: z.string(), host: z.string() })),
      }),
    }),
  ),
  others: z.object({ machines: z.array(z.string()), processes: z.array(z.string()) }),
});

/** A plan as it is shown: `plan --json`, and what `--out` writes. */
export type ShownPlan = z.output<typeof shownSchema>;

export const shownPlan = (
  { tenant, planned, others }: Plan,
  url: string,
  unfinished: readonly object[] = [],
): ShownPlan =>
  shownSchema.parse(
    JSON.parse(
      JSON.stringify({
        version: 1,
        url,
        tenant,
        unfinished,
        changes: planned.map(({ change: { what, action, name, fields }, cuts }) => ({
          what,
          action,
          name,
          fields,
          cuts,
        })),
        others,
      }),
    ),
  );

/** @returns what `--out` wrote, or null when it is nothing of that kind */
export function readShown(text: string): ShownPlan | null {
  try {
    return shownSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** @returns whether a plan shows this change, now or as left by an apply that was stopped; both without whom it cuts */
export function shows({ changes, unfinished }: ShownPlan, change: object): boolean {
  const plain = shownChange.parse(JSON.parse(JSON.stringify(change)));
  return [...changes, ...unfinished].some(({ what, action, name, fields }) =>
    isDeepStrictEqual(plain, { what, action, name, fields }),
  );
}

/** @returns what a plan changes or cuts that was not shown, a line each */
export function grown(now: ShownPlan, shown: ShownPlan): string[] {
  if (now.tenant !== shown.tenant)
    return [`the plan is of the tenant ${shown.tenant}, and this API client of ${now.tenant}`];
  const [hosts, jobs] = [
    new Set(shown.changes.flatMap(({ cuts }) => cuts.hosts.map((cut) => JSON.stringify(cut)))),
    new Set(shown.changes.flatMap(({ cuts }) => cuts.jobs.map(({ id }) => id))),
  ];
  return now.changes.flatMap(({ cuts, ...change }) => {
    const isShown = shown.changes.some(({ cuts: _, ...other }) => isDeepStrictEqual(change, other));
    const about = `${change.what} “${change.name}”`;
    return [
      ...(isShown ? [] : [`${about} would be ${PAST[change.action]} in a way that was not shown`]),
      ...cuts.hosts
        .filter((cut) => !hosts.has(JSON.stringify(cut)))
        .map(({ machine, host }) => `host ${host} of “${machine}” would be disconnected`),
      ...cuts.jobs
        .filter(({ id }) => !jobs.has(id))
        .map(({ process, host }) => `job ${process} on ${host} would be stopped`),
    ];
  });
}

const PAST: Readonly<Record<string, string>> = { create: "created", change: "changed", delete: "deleted" };
