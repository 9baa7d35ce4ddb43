import * as activity from "./contract/activity";
import * as apiClients from "./contract/api-clients";
import * as assets from "./contract/assets";
import * as bulk from "./contract/bulk";
import * as clientCredentials from "./contract/client-credentials";
import * as credentials from "./contract/credentials";
import * as hosts from "./contract/hosts";
import * as jobs from "./contract/jobs";
import * as machines from "./contract/machines";
import * as notifications from "./contract/notifications";
import * as people from "./contract/people";
import * as processes from "./contract/processes";
import * as record from "./contract/record";
import * as rotations from "./contract/rotations";
import * as self from "./contract/self";
import * as settings from "./contract/settings";
import * as webhooks from "./contract/webhooks";
import type { Operation } from "./operation";

/** Every operation of the admin API, by its id. A file of the contract exports operations and nothing else. */
export const CONTRACT = {
  ...machines,
  ...bulk,
  ...credentials,
  ...rotations,
  ...hosts,
  ...processes,
  ...jobs,
  ...assets,
  ...people,
  ...apiClients,
  ...clientCredentials,
  ...settings,
  ...webhooks,
  ...self,
  ...notifications,
  ...activity,
  ...record,
} satisfies Readonly<Record<string, Operation>>;

export const OPERATIONS: readonly Operation[] = Object.values(CONTRACT);
