import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import type { SchemaEngine } from "@prisma/schema-engine-wasm";

type Datamodel = [path: string, content: string];

type Glue = typeof import("@prisma/schema-engine-wasm/schema_engine_bg");

/** Loaded once: the glue keeps views of its first instance's memory. */
let glue: Promise<Glue> | undefined;

/**
 * Opens Prisma's schema engine, in WebAssembly, over the `pg` driver.
 *
 * @param factory the adapter to the database to work on
 * @param datamodels Prisma schema files; needed by `diff` only
 */
export async function openSchemaEngine(
  factory: PrismaPg,
  datamodels: Datamodel[] = [],
): Promise<SchemaEngine> {
  glue ??= loadEngine();
  const { SchemaEngine } = await glue;
  const options = { datamodels: datamodels.length === 0 ? undefined : datamodels };
  return SchemaEngine.new(options, () => undefined, bindMigrationAwareSqlAdapterFactory(factory));
}

/** The package's own entry imports the `.wasm` file as a module, which Node.js 20 cannot do, so it is instantiated here. */
async function loadEngine(): Promise<Glue> {
  const loaded = await import("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasmFile = createRequire(import.meta.url)
    .resolve("@prisma/schema-engine-wasm/schema_engine_bg")
    .replace(/\.js$/, ".wasm");
  const { instance } = await WebAssembly.instantiate(readFileSync(wasmFile), {
    "./schema_engine_bg.js": withQuietTimers(loaded),
  });
  loaded.__wbg_set_wasm(instance.exports);
  const begin = instance.exports.__wbindgen_start;
  if (typeof begin === "function") begin();
  // The glue reports a panic here before it fails the call.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => process.stderr.write(`${message}\n`) },
  });
  return loaded;
}

/** The engine gives its advisory lock ten seconds and never clears that timer, which would keep a finished process alive as long. */
function withQuietTimers(imports: Glue): WebAssembly.ModuleImports {
  const quiet = (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds).unref();
  return Object.fromEntries(
    Object.entries(imports).map(([name, value]) => [
      name,
      name.startsWith("__wbg_setTimeout_") ? quiet : value,
    ]),
  );
}
