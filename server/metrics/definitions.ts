import type { Counted } from "@/lib/background/installation-figures";
import { database, robotsDatabase } from "@/lib/db";
import { type Figure, readFigures } from "@/lib/figures";
import { requestFigures } from "@/lib/request-figures";

/** A metric as it is registered: how it is called, what it says, and where its numbers come from. */
export type Definition = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly labelNames: readonly string[];
  /** How those of several processes become one; they are added up unless it says otherwise. */
  readonly aggregator?: "first" | "max" | "min";
  readonly read: () => readonly Figure[] | Promise<readonly Figure[]>;
};

/** By the first digit of the status; no answer of ours begins with a 1. */
const STATUSES = { none: 0, "2xx": 2, "3xx": 3, "4xx": 4, "5xx": 5 };

function requests(): Figure[] {
  return Array.from(requestFigures(), ([route, { byStatus }]) =>
    Object.entries(STATUSES).map(([status, digit]) => ({
      labels: { route, status },
      value: byStatus[digit] ?? 0,
    })),
  ).flat();
}

function databaseConnections(): Figure[] {
  return Object.entries({ people: database(), robots: robotsDatabase() }).flatMap(([lane, { pool }]) => [
    { labels: { lane, state: "in_use" }, value: pool.totalCount - pool.idleCount },
    { labels: { lane, state: "idle" }, value: pool.idleCount },
    { labels: { lane, state: "waiting" }, value: pool.waitingCount },
  ]);
}

/** What the server knows of itself. */
export type ServerFacts = {
  readonly version: string;
  readonly connectionsMax: number;
  connections(): Promise<number>;
};

const alone = (value: number): Figure[] => [{ labels: {}, value }];

/** @returns the metrics of one process; those of several are added up */
export const processDefinitions = ({ version, connections, connectionsMax }: ServerFacts): Definition[] => [
  {
    name: "latchkey_build_info",
    help: "The version that runs; the value is 1.",
    type: "gauge",
    labelNames: ["version"],
    aggregator: "first",
    read: () => [{ labels: { version }, value: 1 }],
  },
  {
    name: "latchkey_processes",
    help: "How many processes serve.",
    type: "gauge",
    labelNames: [],
    read: () => alone(1),
  },
  {
    name: "latchkey_token_requests_total",
    help: "Requests for a token whose form could be read, by what became of them and, where they were refused, why.",
    type: "counter",
    labelNames: ["outcome", "reason"],
    read: () => readFigures("token requests"),
  },
  {
    name: "latchkey_http_requests_total",
    help: "Requests that are over, by route and the class of their status; none where the caller hung up before.",
    type: "counter",
    labelNames: ["route", "status"],
    read: requests,
  },
  {
    name: "latchkey_http_connections",
    help: "Connections of clients that are open.",
    type: "gauge",
    labelNames: [],
    read: async () => alone(await connections()),
  },
  {
    name: "latchkey_http_connections_max",
    help: "How many there may be; what comes on top is hung up on.",
    type: "gauge",
    labelNames: [],
    read: () => alone(connectionsMax),
  },
  {
    name: "latchkey_open_streams",
    help: "Streams of events that are open, to hosts and to pages.",
    type: "gauge",
    labelNames: ["listener"],
    read: () => readFigures("open streams"),
  },
  {
    name: "latchkey_long_polls_waiting",
    help: "Hosts that wait for a job at this moment.",
    type: "gauge",
    labelNames: [],
    read: () => readFigures("long polls"),
  },
  {
    name: "latchkey_database_connections",
    help: "Connections of the pools by what they do, and requests that wait for one.",
    type: "gauge",
    labelNames: ["lane", "state"],
    read: databaseConnections,
  },
];

const WITHIN_DAYS = [1, 7, 14, 30, 90];
const CHANNELS = ["mail", "webhook"] as const;

const statesOf = (counts: readonly { readonly state: string; readonly count: number }[]): Figure[] =>
  counts.map(({ state, count: value }) => ({ labels: { state }, value }));

/**
 * @param count counts in the tables, or says what was counted lately
 * @returns the metrics of the whole installation, which each process can tell
 */
export function installationDefinitions(count: () => Promise<Counted>): Definition[] {
  type Figures = NonNullable<Counted["figures"]>;
  const gauge = (
    name: string,
    help: string,
    labelNames: readonly string[],
    read: (figures: Figures) => Figure[],
  ): Definition => ({
    name,
    help,
    type: "gauge",
    labelNames,
    read: async () => {
      const { figures } = await count();
      return figures ? read(figures) : [];
    },
  });
  const channels =
    (of: (delivery: Figures["deliveries"][number] | undefined) => number) => (figures: Figures) =>
      CHANNELS.map((channel) => ({
        labels: { channel },
        value: of(figures.deliveries.find((one) => one.channel === channel)),
      }));
  return [
    {
      name: "latchkey_installation_up",
      help: "1 where the database said what the figures below are made of; 0 where it did not, and they are missing.",
      type: "gauge",
      labelNames: [],
      read: async () => alone((await count()).figures ? 1 : 0),
    },
    {
      name: "latchkey_installation_counted_timestamp_seconds",
      help: "When that was.",
      type: "gauge",
      labelNames: [],
      read: async () => alone((await count()).at.getTime() / 1000),
    },
    gauge("latchkey_hosts", "Hosts that are connected, by state.", ["state"], ({ hosts }) =>
      Object.entries(hosts).map(([state, value]) => ({ labels: { state }, value })),
    ),
    gauge("latchkey_jobs", "Jobs that are not over, by state.", ["state"], ({ openJobs }) =>
      statesOf(openJobs),
    ),
    gauge(
      "latchkey_jobs_last_day",
      "Jobs that were created within the last 24 hours, by the state they are in now.",
      ["state"],
      ({ jobsOfDay }) => statesOf(jobsOfDay),
    ),
    gauge(
      "latchkey_credentials_ending",
      "Secrets and keys that work now and will end within so many days; each counts in all longer spans, too.",
      ["within_days"],
      ({ credentials }) =>
        WITHIN_DAYS.map((within) => ({
          labels: { within_days: String(within) },
          value: credentials.reduce((sum, { days, count }) => sum + (days <= within ? count : 0), 0),
        })),
    ),
    gauge(
      "latchkey_notifications_waiting",
      "Notifications on their way to somebody, by how they go.",
      ["channel"],
      channels((delivery) => delivery?.count ?? 0),
    ),
    gauge(
      "latchkey_notifications_oldest_timestamp_seconds",
      "When the one that waits the longest was made; 0 where none waits.",
      ["channel"],
      channels((delivery) => (delivery ? delivery.oldest.getTime() / 1000 : 0)),
    ),
  ];
}
