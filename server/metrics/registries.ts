import type { Registry } from "prom-client";
import { installationFigures } from "@/lib/background/installation-figures";
import { DURATION_BOUNDS_SECONDS, requestFigures } from "@/lib/request-figures";
import { SECOND_MILLISECONDS } from "@/lib/time";
import {
  type Definition,
  installationDefinitions,
  processDefinitions,
  type ServerFacts,
} from "./definitions";
import { runtimeDefinitions } from "./runtime";

type PromClient = typeof import("prom-client");

const HISTOGRAM = "latchkey_http_request_duration_seconds";

function register({ Counter, Gauge }: PromClient, registry: Registry, definition: Definition): void {
  const { type, read, labelNames, aggregator = "sum" as const, ...named } = definition;
  const configuration = { ...named, aggregator, labelNames: [...labelNames], registers: [registry] };
  if (type === "counter")
    new Counter({
      ...configuration,
      async collect() {
        const figures = await read();
        this.reset();
        for (const { labels, value } of figures) this.inc(labels, value);
      },
    });
  else
    new Gauge({
      ...configuration,
      async collect() {
        const figures = await read();
        this.reset();
        for (const { labels, value } of figures) this.set(labels, value);
      },
    });
}

/** The durations are counted by us (lib/request-figures.ts); prom-client is told how many there are of each. */
function registerDurations({ Histogram }: PromClient, registry: Registry): void {
  class Durations extends Histogram<"route" | "le"> {
    override async get() {
      const values = Array.from(requestFigures(), ([route, { durations, millisecondsSum }]) => {
        let count = 0;
        const buckets = durations.map((more, at) => {
          count += more;
          const le = DURATION_BOUNDS_SECONDS[at] ?? "+Inf";
          return { metricName: `${HISTOGRAM}_bucket`, labels: { route, le }, value: count };
        });
        return [
          ...buckets,
          {
            metricName: `${HISTOGRAM}_sum`,
            labels: { route },
            value: millisecondsSum / SECOND_MILLISECONDS,
          },
          { metricName: `${HISTOGRAM}_count`, labels: { route }, value: count },
        ];
      });
      return { ...(await super.get()), values: values.flat() };
    }
  }
  new Durations({
    name: HISTOGRAM,
    help: "How long requests took until their answer was written, by route. Streams and long polls are as long as they are held open.",
    labelNames: ["route"],
    buckets: [...DURATION_BOUNDS_SECONDS],
    registers: [registry],
  });
}

/** The metrics of this process, and those of the whole installation. */
export type Registries = { readonly own: Registry; readonly installation: Registry };

/** Loads prom-client, which nobody needs where there are no metrics. */
export async function makeRegistries(facts: ServerFacts): Promise<Registries> {
  const { default: client } = await import("prom-client");
  const own = new client.Registry();
  const installation = new client.Registry();
  for (const definition of [...processDefinitions(facts), ...runtimeDefinitions()])
    register(client, own, definition);
  registerDurations(client, own);
  for (const definition of installationDefinitions(installationFigures))
    register(client, installation, definition);
  return { own, installation };
}
