import type { CredentialKind } from "@/lib/credentials/schema";
import type { Prisma } from "@/lib/generated/prisma/client";
import type { Role } from "./roles";

/** A person acting in one tenant. */
export type AdminActor = {
  readonly kind: "admin";
  readonly id: string;
  readonly name: string;
  readonly address: string | null;
  readonly tenantId: string;
  readonly role: Role;
  /** May do what concerns all tenants at once; says nothing about roles in tenants. */
  readonly managesInstallation: boolean;
};

/** A program that showed a valid access token of an API client of the tenant. */
export type ApiClientActor = Omit<AdminActor, "kind"> & {
  readonly kind: "apiClient";
  /** Does what people are asked for their password again for. */
  readonly mayConfirm: boolean;
  /** The secret or key that the token was bought with. */
  readonly credentialId: string;
};

/** Whoever administers a tenant: a person, or a program that somebody lets do so. */
export type UserActor = AdminActor | ApiClientActor;

/** A person acting on their own account, in no tenant. */
export type PersonActor = {
  readonly kind: "person";
  readonly id: string;
  readonly name: string;
  readonly address: string | null;
  /** The sign-in they act in. */
  readonly signInId: string;
};

/** A client that proved who it is at the identity server, by a secret or key of its machine. */
export type ClientActor = {
  readonly kind: "client";
  readonly id: string;
  readonly name: string;
  readonly address: string | null;
  readonly tenantId: string;
  readonly clientId: string;
  readonly credentialId: string;
  readonly credentialKind: CredentialKind;
};

/** A robot that showed a valid access token of a machine, bought with a secret or key that still stands. */
export type RobotActor = Omit<ClientActor, "kind"> & {
  readonly kind: "robot";
  /** The token it showed: its `jti`, the `kid` of the key that signed it, whether it is bound to a key of the robot's, and its end. */
  readonly tokenId: string;
  readonly tokenKid: string;
  readonly isTokenBound: boolean;
  readonly tokenExpiresAt: Date;
};

/** Somebody who has not said who they are: the token endpoint before client authentication, sign-in, set-up. */
export type AnonymousActor = { readonly kind: "anonymous"; readonly address: string | null };

/** The process itself: first start, key creation. */
export type SystemActor = { readonly kind: "system" };

export type TenantActor = UserActor | ClientActor | RobotActor;
export type Actor = TenantActor | PersonActor | AnonymousActor | SystemActor;

/** The Prisma client, inside a transaction or not. Never the root client's `$connect` and the like. */
export type Db = Prisma.TransactionClient;

/** A statement with a name, so that PostgreSQL parses and plans it once a connection. */
export type Statement = { readonly name: string; readonly text: string };

/** A statement that answers a question for all who wait for it, with an array for each of its values. One object a question, for ever. */
export type SharedStatement<Q, A> = Statement & {
  readonly values: (questions: readonly Q[]) => readonly unknown[];
  /** @returns the answers, in the order of the questions */
  // biome-ignore lint/suspicious/noExplicitAny: the rows are as the statement above says
  readonly answers: (rows: readonly any[], questions: readonly Q[]) => readonly A[];
  /** Who asks: whoever asks much has others wait no longer. */
  readonly asker?: (question: Q) => string;
};

/** The robots' short path to PostgreSQL: named prepared statements over `pg`, no object mapping. */
export type Sql = {
  query<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
  /** Asks a question together with all who ask it at this moment (lib/together.ts). */
  ask<Q, A>(statement: SharedStatement<Q, A>, question: Q): Promise<A>;
};

/** What a door hands over: a database handle, who acts, and the time. Three fields, for ever. */
export type Ctx<A extends Actor = UserActor, D = Db> = {
  readonly db: D;
  readonly actor: A;
  readonly now: Date;
};

/** What a robot asks for, where many are answered together. */
export type Asked<I> = Omit<Ctx<RobotActor>, "db"> & { readonly input: I };
