import cluster from "node:cluster";
import { version } from "@/lib/version";
import type { ServerFacts } from "./definitions";
import type { Scrape } from "./endpoint";
import { makeRegistries } from "./registries";
import { joinMetrics } from "./several";

/**
 * Makes the metrics of this process, and has it tell them to the one that keeps several.
 * @returns reads all, once for all who ask meanwhile
 */
export async function startMetrics(connections: Omit<ServerFacts, "version">): Promise<Scrape> {
  const { own, installation } = await makeRegistries({ version: version().release, ...connections });
  const all = cluster.isWorker ? joinMetrics(own) : () => own.metrics();
  async function read(): Promise<string | null> {
    const [ofProcesses, ofInstallation] = await Promise.all([all(), installation.metrics()]);
    return ofProcesses && `${ofProcesses}\n${ofInstallation}`;
  }
  let reading: Promise<string | null> | undefined;
  return () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}
