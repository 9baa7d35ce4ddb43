import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { UserActor } from "@/lib/ctx";
import { addKey } from "@/lib/machines/commands/add-key";
import { act, type Provisioned, unique } from "./people";

/** A machine's key pair as its robot holds it. */
export type RobotKey = {
  readonly machine: Provisioned;
  readonly keyId: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
};

/** Makes a key pair where the robot is, and gives its public half to the machine. */
export async function addedKey(
  admin: UserActor,
  machine: Provisioned,
  algorithm = "ES256",
  details: { readonly expiresAt?: Date } = {},
): Promise<RobotKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const { keyId } = await act(admin, addKey, {
    machineId: machine.machineId,
    name: unique("key"),
    expiresAt: details.expiresAt ?? null,
    publicKey: JSON.stringify(await exportJWK(publicKey)),
  });
  return { machine, keyId, algorithm, privateKey };
}

/** The public half of a new P-256 pair, as a person would paste it. */
export async function newPublicKey(): Promise<string> {
  const { publicKey } = await generateKeyPair("ES256", { extractable: true });
  return JSON.stringify(await exportJWK(publicKey));
}

export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** An assertion as RFC 7523 §3 wants it, with whatever a test changes. */
export function assertion(
  key: RobotKey,
  audience: string,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const { clientId } = key.machine;
  return (
    new SignJWT({
      iss: clientId,
      sub: clientId,
      aud: audience,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
      ...claims,
    })
      .setProtectedHeader({ alg: key.algorithm, kid: key.keyId, ...header })
      // A test may say that something is critical; the library signs only what it is told to know.
      .sign(key.privateKey, { crit: { x: true } })
  );
}
