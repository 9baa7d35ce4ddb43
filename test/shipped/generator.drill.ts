import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeApiClientSchema } from "@/lib/api-clients/schema";
import { makeApiClient } from "@/lib/workflows/manage-api-clients";
import { act, newTenantAdmin, provisioned } from "@/test/people";
import { type Installation, startInstallation } from "./installation";

/** Two strangers' generators of TypeScript, fetched for this drill alone. */
const TYPES = "openapi-typescript@7.13.0";
/** With the compiler that it is made for. */
const SDK = ["-p", "typescript@5.9.3", "-p", "@hey-api/openapi-ts@0.85.2", "openapi-ts"];

const tool = (name: string) => join(import.meta.dirname, "../../node_modules/.bin", name);

/** Says with the generated code what a machine is called, and what is wrong with a name that is none. */
const CALLER = `import { client } from "./sdk/client.gen";
import { listMachines, provisionMachine, issueToken } from "./sdk/sdk.gen";
import type { paths } from "./types";

declare const process: { readonly env: Record<string, string | undefined> };
const { SERVER: baseUrl = "", ID: client_id = "", SECRET: client_secret = "" } = process.env;
client.setConfig({ baseUrl });
const bought = await issueToken({ body: { grant_type: "client_credentials", client_id, client_secret } });
if (!bought.data) throw new Error(JSON.stringify(bought.error));
const { access_token } = bought.data;
client.setConfig({ baseUrl, auth: () => access_token });
const { data, error } = await listMachines({ query: { limit: 10 } });
if (!data) throw new Error(JSON.stringify(error));
type Listed = paths["/api/admin/v1/machines"]["get"]["responses"]["200"]["content"]["application/json"];
const names: string[] = (data satisfies Listed).items.map(({ name }) => name);
const refused = await provisionMachine({ body: { name: "", kind: "Standard" } });
console.log(JSON.stringify({ names, code: refused.error?.code }));
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: "ES2022",
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ES2022", "DOM", "DOM.Iterable"],
    types: [],
  },
};

let installation: Installation;
let folder: string;
beforeAll(async () => {
  installation = await startInstallation();
  folder = mkdtempSync(join(tmpdir(), "latchkey-generator-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await installation?.stop();
});

test("what strangers' generators make of the document compiles, and asks the server", async () => {
  const admin = await newTenantAdmin();
  const { machineName } = await provisioned(admin);
  const rights = makeApiClientSchema.parse({ name: "generator", role: "Operator" });
  const { clientId, clientSecret } = await act(admin, makeApiClient, rights);
  const document = await fetch(`${installation.origin}/api/openapi.json`);
  writeFileSync(join(folder, "openapi.json"), await document.text());
  writeFileSync(join(folder, "caller.ts"), CALLER);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  const run = (command: string, args: readonly string[], env = {}) =>
    execFileSync(command, args, { cwd: folder, encoding: "utf8", env: { ...process.env, ...env } });
  run("npx", ["--yes", TYPES, "openapi.json", "-o", "types.d.ts"]);
  run("npx", ["--yes", ...SDK, "-i", "openapi.json", "-o", "sdk"]);
  run(tool("tsc"), ["-p", "."]);
  run(tool("esbuild"), ["caller.ts", "--bundle", "--platform=node", "--format=esm", "--outfile=caller.mjs"]);
  const said = run(process.execPath, ["caller.mjs"], {
    SERVER: installation.origin,
    ID: clientId,
    SECRET: clientSecret,
  });
  expect(JSON.parse(said)).toEqual({ names: [machineName], code: "invalid_body" });
});
