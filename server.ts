import { routes } from "latchkey:routes";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { parseAndValidateFlightRouterState } from "next/dist/server/app-render/parse-and-validate-flight-router-state.js";
import { startClock } from "@/lib/background/schedule";
import { database, outage, robotsDatabase } from "@/lib/db";
import { type Env, EnvironmentError, env } from "@/lib/env";
import { derivedKey } from "@/lib/keys";
import { log } from "@/lib/log";
import { appSecretStatus } from "@/lib/operator/app-secret";
import { prepareFirstAdministrator, takeOverStoredData } from "@/lib/operator/first-start";
import { readiness } from "@/lib/readiness";
import { askToStop, runStops } from "@/lib/stopping";
import { SECOND_MILLISECONDS } from "@/lib/time";
import { bcrypt } from "@/lib/users/password-work";
import { runs, version, versionText } from "@/lib/version";
import { awaitGivenDatabase } from "@/server/database/given-database";
import { migrate, newestMigration, requireMigrated } from "@/server/database/migrations";
import { refuseUnreadable, requireRightAppSecret } from "@/server/database/right-app-secret";
import { answerHeaders } from "@/server/http/answer-headers";
import { admit } from "@/server/http/gate";
import { close, httpServer, listen } from "@/server/http/http";
import { lane } from "@/server/http/lane";
import { mount } from "@/server/http/mount";
import { correctStatus } from "@/server/http/page-status";
import { refuseAtPages, refuseBadRequest, refuseOtherSite } from "@/server/http/request-checks";
import { requestKinds } from "@/server/http/request-kinds";
import { followRequest, levelOf, type RequestLine } from "@/server/http/request-log";
import { refuseUnreadablePage } from "@/server/http/unreadable-pages";
import { announce } from "@/server/lifecycle/announce";
import { completeEnvironment } from "@/server/lifecycle/complete-environment";
import { consoleToLog } from "@/server/lifecycle/console-log";
import { installedVersion } from "@/server/lifecycle/installed-version";
import { type Lifecycle, watchLifecycle } from "@/server/lifecycle/lifecycle";
import { preferMemory, preferSpeed } from "@/server/lifecycle/memory";
import { passwordThread } from "@/server/lifecycle/password-thread";
import { processCount } from "@/server/lifecycle/process-count";
import { type Said, STOP, startProcesses } from "@/server/lifecycle/processes";
import { StartupError } from "@/server/lifecycle/startup-error";
import { listenForMetrics, metricsAddress, type Scrape } from "@/server/metrics/endpoint";
import { startMetrics } from "@/server/metrics/metrics";
import { SumOfProcesses } from "@/server/metrics/several";

/** What a process that serves may take to end, besides DRAIN_SECONDS: answers and closings have 10 and 15 seconds of their own. */
const STOP_PATIENCE_SECONDS = 40;

/** How the process is started. */
export type StartOptions = {
  /** The folder that holds `app/`, `prisma/` and the build. */
  readonly root: string;
  /** True for the development server with hot reload. */
  readonly dev: boolean;
};

/**
 * The process: environment, database, migrations, first administrator, Next.js, listening; with PROCESSES the last two in processes of their own.
 * Resolves when it is ready; ends the process with code 1 and a sentence when it cannot be.
 */
export async function start(options: StartOptions): Promise<void> {
  const life = begin();
  runs(installedVersion(options.root));
  try {
    announce(versionText(version()));
    const { kept, isEmbedded } = await completeEnvironment(life);
    log.level = env().logLevel;
    if (!options.dev) consoleToLog();
    await prepareDatabase(life, options);
    const taken = await takeOverStoredData();
    if (taken)
      announce(
        `authenticated what an older version had stored: ${taken.credentials} credentials, ${taken.assetValues} asset values`,
      );
    const { isFirstStart } = await requireRightAppSecret(kept, announce);
    const { setupLink } = await prepareFirstAdministrator();
    // Another process, with another secret, may have made the first signing key at the same moment.
    if (isFirstStart) refuseUnreadable(await appSecretStatus(), kept);
    const { processes } = env();
    const count = options.dev || processes === 1 ? 1 : await fittingProcesses(processes, isEmbedded);
    announce(
      `starting Next.js${options.dev ? " for development" : count > 1 ? ` in ${count} processes` : ""}`,
    );
    if (count > 1) await serveInSeveral(life, options, count);
    else await serve(life, options);
    if (setupLink !== undefined) announce(`no administrator yet; become the first one at ${setupLink}`);
    announce(`Latchkey is ready: ${env().origin}`);
  } catch (error) {
    if (error instanceof StartupError || error instanceof EnvironmentError)
      process.stderr.write(`\n${error.message}\n`);
    else log.fatal({ err: error }, "the start failed");
    await life.end(1);
  }
}

/** One of several processes: serves what another one has prepared, and says to that one when it does or why it does not. */
export async function startOneOfSeveral(options: StartOptions): Promise<void> {
  const life = begin();
  runs(installedVersion(options.root));
  process.on("message", (message) => void (message === STOP && life.end(0)));
  const say = (said: Said) =>
    new Promise<void>((resolve) => void process.send?.(said, undefined, undefined, () => resolve()));
  try {
    log.level = env().logLevel;
    consoleToLog();
    // It may have been built anew since.
    await requireMigrated(env().databaseUrl, migrationsOf(options));
    stopServices(life, options);
    await serve(life, options);
    await say({ kind: "ready" });
  } catch (error) {
    if (error instanceof StartupError) await say({ kind: "problem", sentence: error.message });
    else log.fatal({ err: error }, "the start failed");
    await life.end(1);
  }
}

function begin(): Lifecycle {
  preferMemory();
  bcrypt(passwordThread);
  return watchLifecycle((error) => log.fatal({ err: error }, "unexpected failure"));
}

const migrationsOf = ({ root }: StartOptions) => join(root, "prisma/migrations");

async function prepareDatabase(life: Lifecycle, options: StartOptions): Promise<void> {
  const { databaseUrl } = env();
  await awaitGivenDatabase(databaseUrl, announce);
  const applied = await migrate(databaseUrl, migrationsOf(options), announce);
  if (applied.length > 0) announce(`applied ${applied.length} migration${applied.length === 1 ? "" : "s"}`);
  stopServices(life, options);
}

/** From here on the process is ready for its database, and what it opens there is closed at its end. */
function stopServices(life: Lifecycle, options: StartOptions): void {
  readiness().newestMigration = newestMigration(migrationsOf(options));
  life.before("what was opened while serving", closeServices);
}

async function closeServices(): Promise<void> {
  for (const { name, error } of await runStops()) log.error({ err: error }, `${name} did not stop well`);
}

function fittingProcesses(asked: Env["processes"], isEmbedded: boolean): Promise<number> {
  const pools = [database().pool, robotsDatabase().pool];
  return processCount({
    asked,
    isEmbedded,
    databaseUrl: env().databaseUrl,
    // One more listens.
    connectionsEach: pools.reduce((sum, { options }) => sum + options.max, 1),
    report: announce,
  });
}

async function serveInSeveral(life: Lifecycle, { root }: StartOptions, count: number): Promise<void> {
  // This process asks the database no more.
  await closeServices();
  const sum = new SumOfProcesses();
  await startProcesses(life, {
    count,
    script: join(root, "server/lifecycle/worker.mjs"),
    args: [root],
    stopPatienceMs: (env().drainSeconds + STOP_PATIENCE_SECONDS) * SECOND_MILLISECONDS,
    report: announce,
    begun: (worker) => sum.add(worker),
  });
}

/** Next.js, listening, the clock. */
async function serve(life: Lifecycle, { root, dev }: StartOptions): Promise<void> {
  const { port, host, origin, trustedProxies, drainSeconds, metricsToken, metricsPort } = env();
  const mounted = mount(routes, origin, (error) => log.error({ err: error }, "a handler failed"));
  const headers = answerHeaders({ secure: origin.startsWith("https:"), dev });
  const report = (line: RequestLine) => log[levelOf(line)]({ event: "request", ...line }, "request");
  const kinds = requestKinds(routes);
  const over = (line: RequestLine) => {
    kinds.ofRequest(line.method, line.path).note(line.status, line.durationMs);
    report(line);
  };
  // No request is answered before it is there.
  let scrape: Scrape = async () => null;
  const metrics = metricsAddress(metricsToken, () => scrape());
  const direct = lane({
    routes,
    headers: headers.pairs,
    trusted: trustedProxies,
    isFollowed: () => log.isLevelEnabled("debug"),
    kinds,
    report,
    fail: (error) => log.error({ err: error }, "a handler failed"),
  });
  const server = httpServer((request, response) => {
    if (direct(request, response)) return;
    headers.putOn(response);
    followRequest(request, response, over);
    if (refuseBadRequest(request, response, trustedProxies)) return;
    if (metrics(request, response) || mounted(request, response)) return;
    if (refuseAtPages(request, response) || refuseOtherSite(request, response, origin)) return;
    if (refuseUnreadablePage(request, response, parseAndValidateFlightRouterState)) return;
    headers.letBePage(request, response);
    correctStatus(request, response, () => outage().isNow);
    admit(request, response, () => {
      handle(request, response).catch((error: unknown) => {
        log.error({ err: error }, "a page failed");
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }, headers.lines);
  // Next.js adds an upgrade listener to the server it knows, and closes what it does not want. Node.js would then hand it every request that merely
  // offers an upgrade, as some HTTP clients do with h2c; without a listener such a request is answered as any other.
  // What an action of a page closes over is encrypted by it on its way through the browser; the one in the build is known to everybody.
  process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY = derivedKey("server-action values").toString("base64");
  // Whoever only starts others has no use for it.
  const { default: next } = await import("next");
  const app = next({
    dev,
    dir: root,
    port,
    httpServer: dev ? server : createServer(),
    ...(host === undefined ? {} : { hostname: host }),
  });
  await app.prepare();
  const handle = app.getRequestHandler();
  life.before("Next.js", () => app.close());
  life.before("HTTP", () => close(server));
  life.before("streams and long polls", askToStop);
  if (metricsToken !== undefined || metricsPort !== undefined)
    scrape = await startMetrics({
      connectionsMax: server.maxConnections,
      connections: promisify(server.getConnections.bind(server)),
    });
  if (metricsPort !== undefined)
    life.before("metrics", await listenForMetrics(metricsPort, scrape, headers.lines));
  preferSpeed();
  await listen(server, port, host);
  log.info({ event: "listening", connectionsMax: server.maxConnections }, "listening");
  life.before("readiness", async () => {
    readiness().isStopping = true;
    await pause(drainSeconds * SECOND_MILLISECONDS);
  });
  await startClock();
}
