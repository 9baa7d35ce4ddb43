import * as machines from "./contract/machines";
import type { Operation } from "./operation";

/** Every operation of the admin API, by its id. A file of the contract exports operations and nothing else. */
export const CONTRACT = { ...machines } satisfies Readonly<Record<string, Operation>>;

export const OPERATIONS: readonly Operation[] = Object.values(CONTRACT);
