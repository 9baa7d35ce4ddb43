import type { Implemented } from "./implement";
import { MACHINE_OPERATIONS } from "./operations/machines";

/** Everything that API clients can do. */
export const IMPLEMENTED: readonly Implemented[] = [...MACHINE_OPERATIONS];
