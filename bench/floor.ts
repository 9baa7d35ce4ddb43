import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { createServer } from "node:http";

/**
 * The least a token endpoint can do on this machine: read the body, one HMAC, one ES256 signature, answer. No database, no checks.
 * It runs in a process of its own, as the server does, and prints its port.
 */
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pepper = randomBytes(32);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const digest = createHmac("sha256", pepper).update(Buffer.concat(chunks)).digest();
    const signature = sign("sha256", digest, { key: privateKey, dsaEncoding: "ieee-p1363" });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ access_token: signature.toString("base64url"), token_type: "Bearer" }));
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  console.log(typeof address === "object" && address ? address.port : "");
});
