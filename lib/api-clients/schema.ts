import { z } from "zod";
import { ROLES, type Role } from "@/lib/roles";
import { isPlainLine, isPlainText } from "@/lib/text";

export const API_CLIENT_NAME_MAX = 100;
export const API_CLIENT_DESCRIPTION_MAX = 500;

const rights = {
  role: z.enum(ROLES, "Choose a role."),
  managesInstallation: z.boolean().default(false),
  mayConfirm: z.boolean().default(false),
};

const details = {
  name: z
    .string({ error: "Enter a name." })
    .trim()
    .min(1, "Enter a name.")
    .max(API_CLIENT_NAME_MAX, `Use at most ${API_CLIENT_NAME_MAX} characters.`)
    .refine(isPlainLine, "Use plain characters only: no line breaks or control characters."),
  description: z
    .string()
    .trim()
    .max(API_CLIENT_DESCRIPTION_MAX, `Use at most ${API_CLIENT_DESCRIPTION_MAX} characters.`)
    .refine(isPlainText, "Use plain text only: no control characters.")
    .default(""),
};

export const makeApiClientSchema = z.object({ ...details, ...rights });
export const editApiClientSchema = makeApiClientSchema.extend({
  id: z.uuid(),
  /** The revision that the form was filled from. */
  revision: z.number().int().positive(),
});
export const apiClientSchema = z.object({ id: z.uuid() });

export type MakeApiClientInput = Readonly<z.output<typeof makeApiClientSchema>>;
export type EditApiClientInput = Readonly<z.output<typeof editApiClientSchema>>;

/** What an API client may do. */
export type ApiClientRights = {
  readonly role: Role;
  readonly managesInstallation: boolean;
  /** Does what people are asked for their password again for. */
  readonly mayConfirm: boolean;
};

/** An API client as the list shows it. */
export type ApiClientRow = ApiClientRights & {
  /** Of its machine's row; it is not the OAuth client id. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly liveSecrets: number;
  readonly liveKeys: number;
  readonly lastUsedAt: Date | null;
  readonly madeBy: string;
  readonly createdAt: Date;
};

/** An API client as its page shows it. */
export type ApiClientView = ApiClientRow & {
  readonly clientId: string;
  readonly revision: number;
  /** Whether whoever looks may do as much as it may, and so change it. */
  readonly isMine: boolean;
};
