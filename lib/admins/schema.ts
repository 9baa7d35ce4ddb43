import { z } from "zod";

export const PASSWORD_MIN_BYTES = 12;
/** bcrypt reads 72 bytes and ignores the rest, so longer passwords are refused instead of cut. */
export const PASSWORD_MAX_BYTES = 72;

const bytes = (value: string) => new TextEncoder().encode(value).length;

export const emailSchema = z
  .string({ error: "Enter your email." })
  .trim()
  .min(1, "Enter your email.")
  .max(254, "Use at most 254 characters.")
  .regex(/^[^\s@]+@[^\s@]+$/, "Enter an email address, such as ada@example.com.")
  .refine((value) => value.isWellFormed() && !/\p{Cc}/u.test(value), "Use plain characters only.");

export const newPasswordSchema = z
  .string({ error: "Enter a password." })
  .refine((value) => bytes(value) >= PASSWORD_MIN_BYTES, `Use at least ${PASSWORD_MIN_BYTES} characters.`)
  .refine((value) => bytes(value) <= PASSWORD_MAX_BYTES, `Use at most ${PASSWORD_MAX_BYTES} bytes.`)
  .refine((value) => value.isWellFormed() && !value.includes("\0"), "Use plain characters only.");

export const signInSchema = z.object({
  email: emailSchema,
  password: z.string().min(1, "Enter your password."),
});

export type NewAdmin = { readonly email: string; readonly password: string };
