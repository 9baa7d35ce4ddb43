import { whereLive } from "@/lib/credentials/conditions";
import type { Ctx } from "@/lib/ctx";
import { Refusal } from "@/lib/errors";
import { formatNames, formatQuantity } from "@/lib/format";
import { ON_HOST } from "@/lib/jobs/rules";
import { findPreview, keepPreview } from "@/lib/machines/commands/keep-preview";
import type { ChosenMachines } from "@/lib/machines/schema";
import { allow, type Permission } from "@/lib/permissions";
import { hostKey } from "@/lib/sessions/rules";
import { findChosen, inSets } from "./chosen-machines";

type Host = { readonly id: string; readonly machineId: string; readonly hostName: string };
type RunningJob = { readonly id: string; readonly processName: string; readonly hostName: string };

/** What hangs on machines: hosts that are connected, and what runs on them. */
type Hanging = { readonly hosts: readonly Host[]; readonly jobs: readonly RunningJob[] };

/** So many of each are named; the others are counted. */
const NAMED_MAX = 100;

export type CutPreview = {
  /** By which the deed names what was shown: it refuses to cut more. */
  readonly token: string;
  readonly machines: number;
  readonly hosts: { readonly count: number; readonly names: readonly string[] };
  readonly jobs: {
    readonly count: number;
    readonly first: readonly { readonly processName: string; readonly hostName: string }[];
  };
};

/** @param which every host of the machines, or those on client secrets that live */
export async function readHanging(
  ctx: Ctx,
  machineIds: readonly string[],
  which: "all" | "on secrets",
): Promise<Hanging> {
  const { tenantId } = ctx.actor;
  const credential =
    which === "all" ? {} : { credential: { kind: "Secret" as const, ...whereLive(ctx.now) } };
  const sets = await inSets(machineIds, async (set) => {
    const on = { tenantId, machineId: { in: [...set] }, endedAt: null, ...credential };
    const hosts = await ctx.db.session.findMany({
      where: on,
      select: { id: true, machineId: true, hostName: true },
    });
    const jobs = await ctx.db.job.findMany({
      where: { tenantId, state: { in: [...ON_HOST] }, session: on },
      select: {
        id: true,
        process: { select: { name: true } },
        session: { select: { hostName: true } },
      },
    });
    return { hosts, jobs };
  });
  return {
    hosts: sets.flatMap(({ hosts }) => hosts),
    jobs: sets.flatMap(({ jobs }) =>
      jobs.map(({ id, process, session }) => ({
        id,
        processName: process.name,
        hostName: session?.hostName ?? "",
      })),
    ),
  };
}

const NOTHING: Hanging = { hosts: [], jobs: [] };

/**
 * Shows what a deed on many machines would cut at this moment, and keeps it for an hour.
 * @param which whose hosts it cuts; null where it cuts nothing
 */
const previewOf =
  (permission: Permission, which: "all" | "on secrets" | null) =>
  async (ctx: Ctx, chosen: ChosenMachines): Promise<CutPreview> => {
    allow(ctx.actor, permission);
    const { machines } = await findChosen(ctx, chosen);
    const machineIds = machines.map(({ id }) => id);
    const { hosts, jobs } = which === null ? NOTHING : await readHanging(ctx, machineIds, which);
    const [sessionIds, jobIds] = [hosts.map(({ id }) => id), jobs.map(({ id }) => id)];
    const names = hosts.map(({ hostName }) => hostName).toSorted((one, other) => one.localeCompare(other));
    return {
      token: await keepPreview(ctx, { machineIds, sessionIds, jobIds }),
      machines: machines.length,
      hosts: { count: hosts.length, names: names.slice(0, NAMED_MAX) },
      jobs: {
        count: jobs.length,
        first: jobs.slice(0, NAMED_MAX).map(({ processName, hostName }) => ({ processName, hostName })),
      },
    };
  };

export const previewDeletion = previewOf("machines.delete", "all");
export const previewDisabling = previewOf("machines.disable", "all");
export const previewEnabling = previewOf("machines.disable", null);
export const previewRotation = previewOf("credentials.rotate", "on secrets");
export const previewAddedSecrets = previewOf("secrets.issue", null);

type Cutting = {
  readonly machines: readonly { readonly id: string; readonly name: string }[];
  readonly hosts: readonly Host[];
  readonly jobIds: readonly string[];
};

/** @returns hosts that were not shown. One that was, and has connected anew since, was. */
async function unshownHosts(
  ctx: Ctx,
  hosts: readonly Host[],
  sessionIds: readonly string[],
): Promise<readonly Host[]> {
  const shown = new Set(sessionIds);
  const others = hosts.filter(({ id }) => !shown.has(id));
  if (others.length === 0) return [];
  const place = (machineId: string, key: string) => `${machineId} ${key}`;
  const before = await ctx.db.session.findMany({
    where: { tenantId: ctx.actor.tenantId, id: { in: [...sessionIds] } },
    select: { machineId: true, hostKey: true },
  });
  const places = new Set(before.map((session) => place(session.machineId, session.hostKey)));
  return others.filter(({ machineId, hostName }) => !places.has(place(machineId, hostKey(hostName))));
}

const NAMED_IN_A_SENTENCE = 5;

const named = (count: number, one: string, names: readonly string[]): string[] => {
  if (count === 0) return [];
  const first = names.slice(0, NAMED_IN_A_SENTENCE);
  const more = count > first.length ? " …" : "";
  return [`${formatQuantity(count, one)}${first.length > 0 ? ` (${first.join(", ")}${more})` : ""}`];
};

/**
 * Compares what a deed cuts, in its own transaction, with what was shown before.
 * @param preview the token of what was shown; without one nothing is compared
 * @throws Refusal `conflict` (`cut_grew`) when a machine, a host or a job is among it that was not shown; `gone` when that is forgotten
 */
export async function requireShown(
  ctx: Ctx,
  preview: string | undefined,
  { machines, hosts, jobIds }: Cutting,
): Promise<void> {
  if (preview === undefined) return;
  const shown = await findPreview(ctx, preview);
  const [machinesShown, jobsShown] = [new Set(shown.machineIds), new Set(shown.jobIds)];
  const newMachines = machines.filter(({ id }) => !machinesShown.has(id)).map(({ name }) => name);
  const newHosts = (await unshownHosts(ctx, hosts, shown.sessionIds)).map(({ hostName }) => hostName);
  const newJobs = jobIds.filter((id) => !jobsShown.has(id));
  const more = [
    ...named(newMachines.length, "machine", newMachines),
    ...named(newHosts.length, "host", newHosts),
    ...named(newJobs.length, "running job", []),
  ];
  if (more.length === 0) return;
  throw new Refusal(
    "conflict",
    `Nothing was done: ${formatNames(more)} would be affected now that the preview did not show. Look again.`,
    { problem: "cut_grew" },
  );
}
