import type { z } from "zod";
import type { AnswerOf, InputOf, Operation } from "@/lib/admin-api/operation";
import type { UserActor } from "@/lib/ctx";
import type { Deed, InSteps } from "@/lib/http/deeds";

/** An operation with what does it. */
export type Implemented = {
  readonly operation: Operation;
  /** Changes something, in one transaction; without one it is a question. */
  // biome-ignore lint/suspicious/noExplicitAny: what each takes is as its operation says
  readonly deed?: Deed<UserActor, any, unknown> | InSteps<UserActor, any, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly question?: Deed<UserActor, any, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly preview?: Deed<UserActor, any, unknown>;
  /** What follows once it is committed, of the first request alone where one is repeated, and what is answered then. */
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly afterwards?: (actor: UserActor, done: any) => Promise<unknown>;
};

type DeedFor<O extends Operation> =
  | Deed<UserActor, InputOf<O>, AnswerOf<O["answer"]>>
  | InSteps<UserActor, InputOf<O>, AnswerOf<O["answer"]>>;

/** @returns an operation that changes something: the deed that the portal does as well */
export const deedOf = <O extends Operation & { readonly preview?: never }>(
  operation: O,
  deed: DeedFor<O>,
): Implemented => ({ operation, deed });

/** @returns an operation that changes something, and then does what no transaction can, such as sending mail */
export const deedThen = <O extends Operation & { readonly preview?: never }, T extends AnswerOf<O["answer"]>>(
  operation: O,
  deed: Deed<UserActor, InputOf<O>, T>,
  afterwards: (actor: UserActor, done: T) => Promise<AnswerOf<O["answer"]>>,
): Implemented => ({ operation, deed, afterwards });

/** @returns an operation that cuts, with what its dialog in the portal shows before it does */
export const cutOf = <O extends Operation & { readonly preview: z.ZodType }>(
  operation: O,
  deed: DeedFor<O>,
  preview: Deed<UserActor, InputOf<O>, AnswerOf<O["preview"]>>,
): Implemented => ({ operation, deed, preview });

/** @returns an operation that reads */
export const questionOf = <O extends Operation>(
  operation: O,
  question: Deed<UserActor, InputOf<O>, AnswerOf<O["answer"]>>,
): Implemented => ({ operation, question });
