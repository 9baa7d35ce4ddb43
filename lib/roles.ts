/** What a person is in a tenant, the one who may most first; `lib/permissions.ts` says what each may. */
export const ROLES = ["Administrator", "Operator", "Viewer"] as const;
export type Role = (typeof ROLES)[number];
