// Usage: node server/lifecycle/worker.mjs <root>
// One of several processes that serve (server/lifecycle/processes.ts). It runs what was built when they were started.
const [root] = process.argv.slice(2);
const { startOneOfSeveral } = await import("../../dist/production/server.mjs");
await startOneOfSeveral({ root, dev: false });
