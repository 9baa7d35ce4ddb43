import type { Implemented } from "./implement";
import { ACTIVITY_OPERATIONS } from "./operations/activity";
import { API_CLIENT_OPERATIONS } from "./operations/api-clients";
import { ASSET_OPERATIONS } from "./operations/assets";
import { BULK_OPERATIONS } from "./operations/bulk";
import { CLIENT_CREDENTIAL_OPERATIONS, CREDENTIAL_OPERATIONS } from "./operations/credentials";
import { HOST_OPERATIONS } from "./operations/hosts";
import { JOB_OPERATIONS } from "./operations/jobs";
import { MACHINE_OPERATIONS } from "./operations/machines";
import { NOTIFICATION_OPERATIONS } from "./operations/notifications";
import { PEOPLE_OPERATIONS } from "./operations/people";
import { RECORD_OPERATIONS } from "./operations/record";
import { SELF_OPERATIONS } from "./operations/self";
import { SETTINGS_OPERATIONS } from "./operations/settings";
import { WEBHOOK_OPERATIONS } from "./operations/webhooks";

/** Everything that API clients can do. */
export const IMPLEMENTED: readonly Implemented[] = [
  ...MACHINE_OPERATIONS,
  ...BULK_OPERATIONS,
  ...CREDENTIAL_OPERATIONS,
  ...HOST_OPERATIONS,
  ...JOB_OPERATIONS,
  ...ASSET_OPERATIONS,
  ...PEOPLE_OPERATIONS,
  ...API_CLIENT_OPERATIONS,
  ...CLIENT_CREDENTIAL_OPERATIONS,
  ...SETTINGS_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...SELF_OPERATIONS,
  ...NOTIFICATION_OPERATIONS,
  ...ACTIVITY_OPERATIONS,
  ...RECORD_OPERATIONS,
];
