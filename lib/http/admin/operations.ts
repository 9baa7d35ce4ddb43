import type { Implemented } from "./implement";
import { ASSET_OPERATIONS } from "./operations/assets";
import { JOB_OPERATIONS } from "./operations/jobs";
import { MACHINE_OPERATIONS } from "./operations/machines";

/** Everything that API clients can do. */
export const IMPLEMENTED: readonly Implemented[] = [
  ...MACHINE_OPERATIONS,
  ...JOB_OPERATIONS,
  ...ASSET_OPERATIONS,
];
