import type { z } from "zod";
import type { Permission } from "@/lib/permissions";

export const ADMIN_API_PATH = "/api/admin/v1";

export const TAGS = [
  "Overview",
  "Machines",
  "Credentials",
  "Rotations",
  "Hosts",
  "Processes",
  "Jobs",
  "Assets",
  "People",
  "API clients",
  "Settings",
  "Webhooks",
  "Notifications",
  "Record",
  "Installation",
] as const;

/** Who may do it beside having a token: whoever has a permission, any client of the tenant, or one of the installation. */
export type OperationMay = Permission | "read" | "installation";

/**
 * An operation of the admin API: what is asked and what is answered, and nothing of how it is done. The server, the OpenAPI document, the
 * TypeScript client and the command line all read it.
 */
export type Operation = {
  /** Its operationId. */
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Under {@link ADMIN_API_PATH}, with `{names}` of `params`. */
  readonly path: string;
  readonly tag: (typeof TAGS)[number];
  /** One line, as a person would say it. */
  readonly summary: string;
  /** What one line cannot say. */
  readonly description?: string;
  readonly may: OperationMay;
  /** People are asked for their password again; an API client needs its permission to confirm. */
  readonly isSensitive?: true;
  /** The names in the path. */
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** Bytes; 64 KiB unless it is given. */
  readonly maxBodyBytes?: number;
  /** What it answers. Without one: 204 and nothing. */
  readonly answer?: z.ZodType;
  /** That of success: 200 unless it is given. */
  readonly status?: 201 | 202;
  /** What `?dryRun=true` answers instead of doing it. */
  readonly preview?: z.ZodType;
  /** Names of members of the answer that hold a secret's value: left out where an answer is repeated. */
  readonly secrets?: readonly string[];
  /** The answer's `revision` is its `ETag`, and `If-Match` with it is asked for where something is changed. */
  readonly hasRevision?: true;
};

/** @returns the operation as it was given, with all its types */
export const operation = <const O extends Operation>(given: O): O => given;

type Of<S> = S extends z.ZodType ? z.output<S> : unknown;

/** What the doing of an operation gets: path, query and body in one, and the revision that `If-Match` names. */
export type InputOf<O extends Operation> = Of<O["params"]> &
  Of<O["query"]> &
  Of<O["body"]> &
  (O["hasRevision"] extends true ? { readonly revision: number } : unknown);

type DeepReadonly<T> = T extends Date
  ? T
  : T extends readonly (infer I)[]
    ? readonly DeepReadonly<I>[]
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;

/** What it gives; members that the contract does not name never leave the server. */
export type AnswerOf<S> = S extends z.ZodType ? DeepReadonly<z.output<S>> : unknown;
