import { type Command, Option } from "commander";
import { acting, answerList, groupOf, leaf, type Manner, type Tools, taken } from "@/cli/command";
import { type Cutting, cutting, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import { limitOption } from "@/cli/options";
import type { Column } from "@/cli/table";
import type { RowOf } from "@/lib/admin-api/client";
import { disconnectHost, listHosts } from "@/lib/admin-api/contract/hosts";
import { SESSION_STATES } from "@/lib/sessions/schema";

type HostRow = RowOf<typeof listHosts>;

const COLUMNS: readonly Column<HostRow>[] = [
  ["HOST", ({ hostName }) => hostName],
  ["MACHINE", ({ machineName }) => machineName],
  ["STATE", ({ state }) => state],
  ["HEARD", ({ heartbeatAt }) => heartbeatAt],
  ["ADDRESS", ({ address }) => address],
  ["JOBS", ({ runningJobs }) => runningJobs.map(({ processName }) => processName)],
  ["SESSION", ({ sessionId }) => sessionId],
];

type Listing = Manner & {
  readonly state?: (typeof SESSION_STATES)[number];
  readonly host?: string;
  readonly limit?: number;
};

async function list({ client }: Tools, options: Listing): Promise<void> {
  const { state, host, limit } = options;
  const rows = await taken(client.rows(listHosts, { state, host }), limit);
  answerList(options, rows, { id: ({ sessionId }) => sessionId, columns: COLUMNS });
}

/** @param given a host's name, or the id of its session */
async function findHost({ client }: Tools, given: string): Promise<HostRow> {
  const found: HostRow[] = [];
  for await (const row of client.rows(listHosts, {})) {
    // The connected ones come first.
    if (row.endedAt !== null) break;
    if (row.sessionId === given || row.hostName.toLowerCase() === given.toLowerCase()) found.push(row);
  }
  const [one, ...others] = found;
  if (!one) throw new CommandEnd("notFound", `No host "${given}" is connected.`);
  if (others.length === 0) return one;
  const named = found.map(({ sessionId, machineName }) => `${sessionId}  ${machineName}`);
  throw new CommandEnd("usage", `Several machines have a host of this name. Name it by its session:`, named);
}

async function disconnect(tools: Tools, options: Cutting, given: string): Promise<void> {
  const { sessionId, hostName, runningJobs, ...host } = await findHost(tools, given);
  const hosts = [{ ...host, sessionId, hostName, credentialKind: "Secret" as const }];
  const jobs = runningJobs.map((job) => ({ ...job, sessionId, hostName }));
  await cutting(options, `Disconnect ${hostName}`, {
    look: async () => ({ hosts, jobs }),
    cut: () => tools.client.ask(disconnectHost, { sessionId }),
    ids: [sessionId],
  });
}

export function addHosts(program: Command): void {
  const hosts = groupOf(program, "hosts", "Computers that connected as a machine");
  leaf(hosts, "list", "List hosts: the connected ones first", [
    "hosts list",
    "hosts list --state Unresponsive --quiet",
  ])
    .addOption(new Option("--state <state>", "only those in this state").choices(SESSION_STATES))
    .option("--host <name>", "only the host of this name")
    .addOption(limitOption())
    .action(acting<[], Listing>(list));
  withCutting(
    leaf(hosts, "disconnect <host>", "Disconnect a host and stop its jobs", [
      "hosts disconnect BUILD-7 --dry-run",
      "hosts disconnect BUILD-7 --yes",
    ]),
  ).action(acting<[string], Cutting>(disconnect));
}
