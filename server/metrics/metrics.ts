import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServerFacts } from "./definitions";
import type { Scrape } from "./endpoint";
import { makeRegistries } from "./registries";
import { joinMetrics } from "./several";

const versionOf = (root: string) =>
  (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;

/**
 * Makes the metrics of this process, and has it tell them to the one that keeps several.
 * @param root the folder of the package, whose version is told
 * @returns reads all, once for all who ask meanwhile
 */
export async function startMetrics(root: string, connections: Omit<ServerFacts, "version">): Promise<Scrape> {
  const { own, installation } = await makeRegistries({ version: versionOf(root), ...connections });
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
