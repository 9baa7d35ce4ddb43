import { database, inTransaction } from "@/lib/db";
import { env } from "@/lib/env";
import { MINUTE_SECONDS, SECOND_MILLISECONDS } from "@/lib/time";
import { linkTo } from "@/lib/users/link-token";
import { hashPassword } from "@/lib/users/passwords";
import { isFirstAdminMissing } from "@/lib/users/queries/sign-ins";
import { type Authenticated, authenticateStoredData } from "@/lib/workflows/authenticate-stored-data";
import { prepareFirstStart } from "@/lib/workflows/first-start";

/**
 * The door that server.ts opens before anybody can come in.
 * @returns the link that makes its holder the first administrator, when there is none yet. The token stands behind `#`,
 *   so that no server, proxy or log on the way sees it.
 */
export async function prepareFirstAdministrator(): Promise<{ setupLink?: string }> {
  const { adminEmail, adminPassword } = env();
  const { prisma } = database();
  const isGiven = adminEmail !== undefined && adminPassword !== undefined;
  // Hashed before the transaction, which holds a connection, and only where it is needed.
  const admin =
    isGiven && (await isFirstAdminMissing(prisma))
      ? { email: adminEmail, passwordHash: await hashPassword(adminPassword) }
      : null;
  const { setupToken } = await inTransaction(database(), (db) =>
    prepareFirstStart({ db, actor: { kind: "system" }, now: new Date() }, admin),
  );
  return setupToken ? { setupLink: linkTo("setup", setupToken) } : {};
}

/** Hundreds of thousands of rows; nobody waits for them but this start. */
const TIMEOUT_MILLISECONDS = 10 * MINUTE_SECONDS * SECOND_MILLISECONDS;

/** Takes over what a version wrote that authenticated nothing. @returns how much; null when there is nothing to do */
export const takeOverStoredData = (): Promise<Authenticated | null> =>
  inTransaction(
    database(),
    (db) => authenticateStoredData({ db, actor: { kind: "system" }, now: new Date() }),
    TIMEOUT_MILLISECONDS,
  );
