import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import type { Db, RobotActor, UserActor } from "@/lib/ctx";
import { successorEndpoint } from "@/lib/identity/addresses";
import { rotateCredentialSchema, type SuccessorInput } from "@/lib/rotations/schema";
import { openSession } from "@/lib/sessions/commands/open-session";
import { rotateCredential } from "@/lib/workflows/rotate-credential";
import { type Provisioned, robotOf } from "./people";

/** A pair that a robot has made in the place of its key. */
export type NewPair = { readonly algorithm: string; readonly privateKey: CryptoKey; readonly publicJwk: JWK };

export async function newPair(algorithm = "ES256"): Promise<NewPair> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, privateKey, publicJwk: await exportJWK(publicKey) };
}

/** A proof as it should be, with whatever a test changes. */
export function successorProof(
  { algorithm, privateKey }: NewPair,
  clientId: string,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
  signWith: CryptoKey | Uint8Array = privateKey,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const usual = { aud: successorEndpoint(), sub: clientId, jti: randomUUID(), iat, exp: iat + 60 };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ typ: "successor-proof+jwt", alg: algorithm, ...header })
    .sign(signWith, { crit: { x: true } });
}

type OfKey = { readonly admin: UserActor; readonly machine: Provisioned; readonly keyId: string };

/** A host is connected with a key that is rotated with hand-over. @returns the robot, and what it says to bring a new one */
export async function awaitedKey(
  db: Db,
  { admin, machine, keyId: credentialId }: OfKey,
): Promise<{ actor: RobotActor; input: SuccessorInput }> {
  const actor = { ...robotOf(admin, machine), credentialId, credentialKind: "Key" } as const;
  const now = new Date();
  const { session } = await openSession({ db, actor, now }, { hostName: "WITH-KEY" });
  const { machineId } = machine;
  const asked = { machineId, credentialId, retirement: "moved", handsOver: true };
  await rotateCredential({ db, actor: admin, now }, rotateCredentialSchema.parse(asked));
  const pair = await newPair();
  const { kty = "", ...members } = pair.publicJwk;
  const input = {
    sessionId: session.id,
    public_key: { kty, ...members },
    proof: await successorProof(pair, machine.clientId),
  };
  return { actor, input };
}
