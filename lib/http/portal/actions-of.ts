import type { ActionResult } from "@/lib/errors";

type TenantAction = (tenantSlug: string, input: unknown) => Promise<ActionResult<unknown>>;

/** Actions of one tenant, under the names that components know them by. */
type Bound<A> = {
  [K in keyof A]: A[K] extends (tenantSlug: string, input: unknown) => infer Answer
    ? (input: unknown) => Answer
    : never;
};

/** @returns the same actions, for one tenant */
export function actionsOf<A extends Readonly<Record<string, TenantAction>>>(
  tenantSlug: string,
  actions: A,
): Bound<A> {
  const bound = Object.entries(actions).map(([name, action]) => [name, action.bind(null, tenantSlug)]);
  return Object.fromEntries(bound) as Bound<A>;
}
