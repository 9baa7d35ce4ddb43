import { z } from "zod";
import type { Operation } from "./operation";

type Shape<O extends Operation> = O["params"] extends z.ZodObject<infer S> ? S : never;
type Renamed = { readonly id: string; readonly summary: string };

/** An operation on the credentials of a machine, asked of an API client: the same but for its address, and who may. */
export type OfApiClient<O extends Operation> = Omit<
  O,
  "id" | "path" | "tag" | "summary" | "may" | "params"
> & {
  readonly id: string;
  readonly path: string;
  readonly tag: "API clients";
  readonly summary: string;
  readonly may: "apiClients.manage";
  readonly params: z.ZodObject<Omit<Shape<O>, "machineId"> & { apiClientId: z.ZodUUID }>;
};

/** @returns the operation for API clients; what changes something needs the permission to confirm */
export function ofApiClient<O extends Operation>(operation: O, { id, summary }: Renamed): OfApiClient<O> {
  const { machineId: _machineId, ...shape } = operation.params?.shape ?? {};
  return {
    ...operation,
    id,
    path: operation.path.replace("/machines/{machineId}", "/api-clients/{apiClientId}"),
    tag: "API clients",
    summary,
    may: "apiClients.manage",
    params: z.object({ apiClientId: z.uuid(), ...shape }),
    ...(operation.method !== "GET" && { isSensitive: true }),
  } as unknown as OfApiClient<O>;
}
