/** The portal's addresses: each is written here and nowhere else. */
export const SIGN_IN_PATH = "/sign-in";
export const FIRST_TIME_PATH = `${SIGN_IN_PATH}/first-time`;
export const SECOND_FACTOR_PATH = "/second-factor";
/** The APIs, as they are read by people and by programs. */
export const API_REFERENCE_PATH = "/docs/api";
/** @returns the page of what has one tag */
export const apiReferenceOf = (tag: string): string =>
  `${API_REFERENCE_PATH}/${tag.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
export const OPENAPI_PATH = "/api/openapi.json";

/** @returns the addresses of a tenant's pages */
export function pathsOf(tenantSlug: string) {
  const overview = `/tenants/${tenantSlug}`;
  const machines = `${overview}/machines`;
  const jobs = `${overview}/jobs`;
  const audit = `${overview}/audit`;
  return {
    overview,
    activity: `${overview}/activity`,
    machines,
    newMachine: `${machines}/new`,
    manyMachines: `${machines}/many`,
    machine: (machineId: string) => `${machines}/${machineId}/edit`,
    robots: `${overview}/robots`,
    jobs,
    newJob: `${jobs}/new`,
    job: (jobId: string) => `${jobs}/${jobId}`,
    processes: `${overview}/processes`,
    assets: `${overview}/assets`,
    users: `${overview}/users`,
    audit,
    auditExport: `${audit}/export`,
    settings: `${overview}/settings`,
    apiClient: (id: string) => `${overview}/settings/api-clients/${id}`,
    webhook: (webhookId: string) => `${overview}/settings/webhooks/${webhookId}`,
    notifications: `${overview}/notifications`,
    account: `${overview}/account`,
    /** The stream of what changes in the tenant. */
    changes: `${overview}/changes`,
  };
}
