import { oauthDeed } from "@/lib/http/oauth/endpoint";
import { readRevocation, revokeOwnToken } from "@/lib/identity/revocation";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthDeed(readRevocation, (ctx, { token }) =>
  revokeOwnToken(ctx, token),
);
