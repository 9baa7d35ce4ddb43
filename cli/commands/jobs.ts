import { setTimeout as pause } from "node:timers/promises";
import { type Command, Option } from "commander";
import { acting, answer, answerList, groupOf, leaf, type Manner, type Tools, taken } from "@/cli/command";
import { progress } from "@/cli/console";
import { type Cutting, removing, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import { findMachine, findProcess } from "@/cli/find";
import { wholeNumber } from "@/cli/options";
import { readJsonFile } from "@/cli/read-text";
import { type Column, factsText } from "@/cli/table";
import type { RowOf } from "@/lib/admin-api/client";
import { getJob, killJob, listJobs, startJob, stopJob } from "@/lib/admin-api/contract/jobs";
import type { AnswerOf } from "@/lib/admin-api/operation";
import { JOB_STATES } from "@/lib/jobs/schema";

type Job = AnswerOf<(typeof getJob)["answer"]>;

const COLUMNS: readonly Column<RowOf<typeof listJobs>>[] = [
  ["ID", ({ id }) => id],
  ["PROCESS", ({ processName }) => processName],
  ["STATE", ({ state }) => state],
  ["HOST", ({ hostName }) => hostName],
  ["MACHINE", ({ machineName }) => machineName],
  ["CREATED", ({ createdAt }) => createdAt],
  ["ENDED", ({ endedAt }) => endedAt],
];

type Listing = Manner & {
  readonly state?: (typeof JOB_STATES)[number];
  readonly process?: string;
  readonly machine?: string;
  readonly limit: number;
};

async function list({ client }: Tools, options: Listing): Promise<void> {
  const { state, limit } = options;
  const process = options.process && (await findProcess(client, options.process)).id;
  const machine = options.machine && (await findMachine(client, options.machine)).id;
  const rows = await taken(client.rows(listJobs, { state, process, machine }), limit);
  answerList(options, rows, { id: ({ id }) => id, columns: COLUMNS });
}

const POLL_MILLISECONDS = 1000;

function shown(manner: Manner, job: Job): void {
  answer(manner, {
    json: job,
    ids: [job.id],
    text: () =>
      factsText([
        ["Job", job.id],
        ["Process", job.processName],
        ["State", job.state],
        ["Host", job.hostName],
        ["Started", job.startedAt],
        ["Ended", job.endedAt],
        ["Output", job.output === null ? null : JSON.stringify(job.output)],
        ["Error", job.error],
        ["Waits for", job.waitingFor],
      ]),
  });
}

/** Waits for the end of a job. @throws CommandEnd `failed` unless it is Successful */
async function watch({ client }: Tools, manner: Manner, jobId: string): Promise<void> {
  for (;;) {
    const job = await client.ask(getJob, { jobId });
    if (job.endedAt !== null) {
      shown(manner, job);
      if (job.state !== "Successful") throw new CommandEnd("failed", `The job ended ${job.state}.`);
      return;
    }
    const done = job.progress === null ? "" : ` ${job.progress} %`;
    progress(`${job.processName}: ${job.state}${done} ${job.message ?? job.waitingFor ?? ""}`);
    await pause(POLL_MILLISECONDS);
  }
}

type Starting = Manner & {
  readonly machine?: string;
  readonly host?: string;
  readonly input?: string;
  readonly watch?: boolean;
};

async function start(tools: Tools, options: Starting, given: string): Promise<void> {
  const { client } = tools;
  const { id: processId } = await findProcess(client, given);
  const machineId =
    options.machine === undefined ? undefined : (await findMachine(client, options.machine)).id;
  const input = options.input === undefined ? undefined : await readJsonFile(options.input);
  const started = await client.ask(startJob, { processId, machineId, hostName: options.host, input });
  if (options.watch) return watch(tools, options, started.jobId);
  answer(options, { json: started, ids: [started.jobId], text: () => started.jobId });
}

async function stop(
  { client }: Tools,
  options: Cutting & { readonly kill?: boolean },
  jobId: string,
): Promise<void> {
  const job = await client.ask(getJob, { jobId });
  await removing(
    options,
    `${options.kill ? "Kill" : "Stop"} ${job.processName} on ${job.hostName ?? "no host yet"}`,
    {
      remove: () => client.ask(options.kill ? killJob : stopJob, { jobId }),
      ids: [jobId],
    },
  );
}

export function addJobs(program: Command): void {
  const jobs = groupOf(program, "jobs", "Executions of processes on hosts");
  leaf(jobs, "list", "List jobs, the newest first", [
    "jobs list",
    "jobs list --state Running --machine lane-1 --limit 1000",
  ])
    .addOption(new Option("--state <state>", "only those in this state").choices(JOB_STATES))
    .option("--process <process>", "only those of this process")
    .option("--machine <machine>", "only those that hosts of this machine took")
    .addOption(new Option("--limit <n>", "at most so many").argParser(wholeNumber(1)).default(100))
    .action(acting<[], Listing>(list));
  leaf(jobs, "show <job>", "Show a job with its output", ["jobs show 0190…"]).action(
    acting<[string]>(async ({ client }, options, jobId) =>
      shown(options, await client.ask(getJob, { jobId })),
    ),
  );
  leaf(jobs, "start <process>", "Start a job: the next host that may run it takes it", [
    "jobs start Invoices --machine lane-1 --watch",
    `echo '{"month":"2026-11"}' | latchkey jobs start Invoices --input -`,
  ])
    .option("--machine <machine>", "on a host of this machine; any otherwise")
    .option("--host <name>", "on the host of this name; any otherwise")
    .option("--input <path>", "a file of JSON, - is standard input; the process's own otherwise")
    .option("--watch", "wait for its end; exit code 1 unless it succeeds")
    .action(acting<[string], Starting>(start));
  leaf(jobs, "watch <job>", "Wait for a job's end; exit code 1 unless it succeeds", [
    "jobs watch 0190…",
  ]).action(acting<[string]>(watch));
  withCutting(
    leaf(jobs, "stop <job>", "Ask the robot to end a job; a pending one never starts", [
      "jobs stop 0190… --yes",
    ]),
  )
    .option("--kill", "end it at once")
    .action(acting<[string], Cutting & { readonly kill?: boolean }>(stop));
}
