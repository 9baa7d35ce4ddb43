import { type Command, Option } from "commander";
import { acting, answer, answerList, groupOf, leaf, type Manner, type Tools, taken } from "@/cli/command";
import { plain } from "@/cli/console";
import { type Cutting, removing, withCutting } from "@/cli/cuts";
import { CommandEnd } from "@/cli/exit-codes";
import { findPerson } from "@/cli/find";
import type { Column } from "@/cli/table";
import type { RowOf } from "@/lib/admin-api/client";
import * as people from "@/lib/admin-api/contract/people";
import { ROLES, type Role } from "@/lib/roles";

const COLUMNS: readonly Column<RowOf<typeof people.listPeople>>[] = [
  ["EMAIL", ({ email }) => email],
  ["ROLE", ({ role }) => role],
  ["STATE", ({ isDisabled }) => (isDisabled ? "disabled" : "enabled")],
  ["SECOND FACTOR", ({ hasSecondFactor }) => hasSecondFactor],
  ["LAST SIGNED IN", ({ lastSignedInAt }) => lastSignedInAt],
  ["JOINED", ({ joinedAt }) => joinedAt],
];

const INVITES: readonly Column<RowOf<typeof people.listInvites>>[] = [
  ["EMAIL", ({ email }) => email],
  ["ROLE", ({ role }) => role],
  ["ENDS", ({ expiresAt }) => expiresAt],
  ["BY", ({ createdBy }) => createdBy],
  ["ID", ({ id }) => id],
];

type Lowering = Cutting & { readonly apiClients?: "lower" | "disable" | "delete" };
type Leaving = Cutting & { readonly apiClients?: "keep" | "disable" | "delete" };

const apiClientsOption = (choices: readonly string[]) =>
  new Option(
    "--api-clients <what>",
    "what becomes of the API clients that they made, where they made some",
  ).choices(choices);

const roleOf = (asked: string): Role => {
  const found = ROLES.find((each) => each.toLowerCase() === asked.toLowerCase());
  if (found) return found;
  throw new CommandEnd("usage", `A role is one of ${ROLES.join(", ")}.`);
};

/** A link opens a door for an hour; it is shown to whoever asked for it. */
function answerLink(manner: Manner, issued: { readonly link: string }): void {
  answer(manner, { json: issued, ids: [issued.link], text: () => plain([issued.link]) });
}

async function role({ client }: Tools, options: Lowering, given: string, asked: string): Promise<void> {
  const found = roleOf(asked);
  const { id: adminId, email } = await findPerson(client, given);
  const change: { readonly adminId: string; readonly role: Role } = { adminId, role: found };
  await removing(options, `Make ${email} ${found}`, {
    remove: () => client.ask(people.changeRole, { ...change, apiClients: options.apiClients }),
    ids: [adminId],
  });
}

export function addUsers(program: Command): void {
  const users = groupOf(program, "users", "People who sign in");
  leaf(users, "list", "List the people of the tenant", ["users list"]).action(
    acting<[]>(async ({ client }, manner) =>
      answerList(manner, await taken(client.rows(people.listPeople, {})), {
        id: ({ id }) => id,
        columns: COLUMNS,
      }),
    ),
  );
  withCutting(
    leaf(users, "role <email> <role>", "Give a person another role", [
      "users role ada@example.com Operator --yes",
    ]),
  )
    .addOption(apiClientsOption(["lower", "disable", "delete"]))
    .action(acting<[string, string], Lowering>(role));
  for (const [word, operation, says] of [
    ["disable", people.disablePerson, "Keep a person out, and end their sign-ins"],
    ["remove", people.removePerson, "Take a person out of the tenant, and end their sign-ins"],
  ] as const) {
    withCutting(leaf(users, `${word} <email>`, says, [`users ${word} ada@example.com --yes`]))
      .addOption(apiClientsOption(["keep", "disable", "delete"]))
      .action(
        acting<[string], Leaving>(async ({ client }, options, given) => {
          const { id: adminId, email } = await findPerson(client, given);
          const remove = () => client.ask(operation, { adminId, apiClients: options.apiClients });
          await removing(options, `${word === "disable" ? "Disable" : "Remove"} ${email}`, {
            remove,
            ids: [adminId],
          });
        }),
      );
  }
  leaf(users, "enable <email>", "Let a disabled person in again", ["users enable ada@example.com"]).action(
    acting<[string]>(async ({ client }, manner, given) => {
      const { id: adminId } = await findPerson(client, given);
      await client.ask(people.enablePerson, { adminId });
      answer(manner, { json: {}, ids: [adminId], text: () => "" });
    }),
  );
  leaf(
    users,
    "invite <email> <role>",
    "Make a link by which somebody becomes a member, once, within an hour",
    ["users invite ada@example.com Operator"],
  ).action(
    acting<[string, string]>(async ({ client }, manner, email, asked) =>
      answerLink(manner, await client.ask(people.invite, { email, role: roleOf(asked) })),
    ),
  );
  leaf(
    users,
    "reset-link <email>",
    "Make a link by which a person sets a new password, once, within an hour",
    ["users reset-link ada@example.com"],
  ).action(
    acting<[string]>(async ({ client }, manner, given) => {
      const { id: adminId } = await findPerson(client, given);
      answerLink(manner, await client.ask(people.makeResetLink, { adminId }));
    }),
  );
  leaf(users, "invites", "List the invites that may still be used", ["users invites"]).action(
    acting<[]>(async ({ client }, manner) =>
      answerList(manner, (await client.ask(people.listInvites, {})).items, {
        id: ({ id }) => id,
        columns: INVITES,
      }),
    ),
  );
  withCutting(
    leaf(users, "revoke-invite <id>", "Make an invite's link worth nothing", [
      "users revoke-invite 0190… --yes",
    ]),
  ).action(
    acting<[string], Cutting>(async ({ client }, options, inviteId) => {
      const remove = () => client.ask(people.revokeInvite, { inviteId });
      await removing(options, `Revoke the invite ${inviteId}`, { remove, ids: [inviteId] });
    }),
  );
}
