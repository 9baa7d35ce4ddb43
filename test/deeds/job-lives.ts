import type { Ctx, Db, RobotActor, UserActor } from "@/lib/ctx";
import { claimJob } from "@/lib/jobs/commands/claim-job";
import { loseJobsOfSilentHosts } from "@/lib/jobs/commands/cut-jobs";
import { addProcess } from "@/lib/jobs/commands/manage-process";
import { reportJob } from "@/lib/jobs/commands/report-job";
import { startJob } from "@/lib/jobs/commands/start-job";
import { killJob, stopJob } from "@/lib/jobs/commands/stop-job";
import { addProcessSchema, REPORTED_STATES } from "@/lib/jobs/schema";
import { addSecret } from "@/lib/machines/commands/add-secret";
import { enableMachine } from "@/lib/machines/commands/withdraw-machine";
import { UNRESPONSIVE_AFTER_SECONDS } from "@/lib/sessions/schema";
import { addSeconds } from "@/lib/time";
import { connectHost, disconnectMyself } from "@/lib/workflows/connect-host";
import { deleteCredential } from "@/lib/workflows/delete-credential";
import { disableMachine } from "@/lib/workflows/disable-machines";
import { disconnectHost } from "@/lib/workflows/disconnect-host";
import type { Random } from "@/test/random";
import {
  act,
  heardUntil,
  inTransaction,
  newTenantAdmin,
  type Provisioned,
  prisma,
  provisioned,
  robotOf,
  systemCtx,
  unique,
} from "@/test/world";

/** A host as a robot knows it: the session it was given last, and the name of its next claim. */
type Host = {
  readonly hostName: string;
  readonly machine: Provisioned;
  readonly actor: RobotActor;
  sessionId: string;
  claimId: string;
};

/** How many jobs of each runtime type a host may run, by machine. */
export const ROOM = [
  { Unattended: 1, Testing: 1, NonProduction: 0 },
  { Unattended: 2, Testing: 0, NonProduction: 0 },
] as const;

/** A few hosts of two machines and a few jobs. */
export type Scene = {
  readonly admin: UserActor;
  readonly machines: readonly Provisioned[];
  readonly hosts: readonly Host[];
  readonly processIds: readonly string[];
  readonly jobIds: string[];
  /** Every hand-over, as the hosts were told. */
  readonly handedOver: { readonly sessionId: string; readonly claimId: string; readonly jobId: string }[];
};

const asRobot = <T>({ actor }: Host, deed: (ctx: Ctx<RobotActor>) => Promise<T>) =>
  inTransaction((db: Db) => deed({ db, actor, now: new Date() }));

async function connect(host: Host, runningJobs: string[] = []): Promise<void> {
  const { id } = await asRobot(host, (ctx) => connectHost(ctx, { hostName: host.hostName, runningJobs }));
  host.sessionId = id;
}

export async function newScene(): Promise<Scene> {
  const admin = await newTenantAdmin();
  const machines: Provisioned[] = [];
  for (const { Unattended, Testing, NonProduction } of ROOM) {
    const room = {
      unattendedRuntimes: Unattended,
      testingRuntimes: Testing,
      nonProductionRuntimes: NonProduction,
    };
    machines.push(await provisioned(admin, room));
  }
  const hosts: Host[] = [];
  for (const machine of machines) {
    const second = { ...machine, ...(await act(admin, addSecret, machine)) };
    for (const shown of [machine, second]) {
      const hostName = unique("HOST");
      hosts.push({
        hostName,
        machine,
        actor: robotOf(admin, shown),
        sessionId: "",
        claimId: unique("claim"),
      });
    }
  }
  for (const host of hosts) await connect(host);
  const processIds: string[] = [];
  for (const runtimeType of ["Unattended", "Testing"] as const) {
    const process = addProcessSchema.parse({ name: unique("process"), runtimeType });
    processIds.push((await act(admin, addProcess, process)).processId);
  }
  return { admin, machines, hosts, processIds, jobIds: [], handedOver: [] };
}

async function claim({ handedOver }: Scene, host: Host): Promise<void> {
  const { sessionId, claimId } = host;
  const job = await asRobot(host, (ctx) => claimJob(ctx, { sessionId, claimId }));
  if (job) handedOver.push({ sessionId, claimId, jobId: job.id });
}

function nameNextClaim(host: Host): void {
  host.claimId = unique("claim");
}

async function report({ jobIds }: Scene, host: Host, { below, pick }: Random): Promise<void> {
  const end = below(3) > 0 ? { state: pick(REPORTED_STATES) } : { progress: below(101) };
  // Often the same key again, as a robot that repeats itself.
  const input = { ...end, jobId: pick(jobIds), reportId: `report-${below(6)}` };
  await asRobot(host, (ctx) => reportJob(ctx, input));
}

async function fallSilent({ hosts }: Scene, { pick }: Random): Promise<void> {
  const heartbeatAt = addSeconds(new Date(), -UNRESPONSIVE_AFTER_SECONDS);
  await heardUntil(new Date());
  await prisma().session.updateMany({ where: { id: pick(hosts).sessionId }, data: { heartbeatAt } });
  await inTransaction((db) => loseJobsOfSilentHosts(systemCtx(db)));
}

/** Something that a person, a robot or the clock does; most do what there is most of in life. */
export function anyDeed(scene: Scene, values: Random): () => Promise<unknown> {
  const { admin, machines, hosts, processIds, jobIds } = scene;
  const { below, pick } = values;
  const [host, machine, jobId] = [pick(hosts), pick(machines), pick(jobIds)];
  const deeds: readonly (readonly [share: number, deed: () => Promise<unknown>])[] = [
    [30, () => claim(scene, host)],
    [8, async () => nameNextClaim(host)],
    [18, () => report(scene, host, values)],
    [10, () => act(admin, stopJob, { jobId })],
    [8, () => act(admin, killJob, { jobId })],
    [8, () => addJob(scene, { processId: pick(processIds), hostName: below(4) ? "" : host.hostName })],
    [4, () => fallSilent(scene, values)],
    [4, () => connect(host, below(2) ? [...jobIds] : [])],
    [2, () => asRobot(host, (ctx) => disconnectMyself(ctx, { sessionId: host.sessionId }))],
    [3, () => act(admin, disconnectHost, { sessionId: host.sessionId })],
    [2, () => act(admin, disableMachine, machine)],
    [2, () => act(admin, enableMachine, machine)],
    [
      1,
      () =>
        act(admin, deleteCredential, {
          ...machine,
          credentialId: host.actor.credentialId,
          confirmedLast: true,
        }),
    ],
  ];
  let at = below(deeds.reduce((sum, [share]) => sum + share, 0));
  for (const [share, deed] of deeds) {
    at -= share;
    if (at < 0) return deed;
  }
  throw new RangeError("the shares do not add up");
}

export async function addJob(
  { admin, jobIds }: Scene,
  what: { readonly processId: string; readonly hostName: string },
): Promise<void> {
  jobIds.push((await act(admin, startJob, { ...what, input: {} })).jobId);
}
